import { Exception } from '@adonisjs/core/exceptions'
import type { HttpContext } from '@adonisjs/core/http'
import type { Claims, Refusal } from './types.js'

const REFUSALS: Record<Refusal, { status: number; message: string }> = {
  missing: { status: 401, message: 'This page opens from a link in a message we sent you.' },
  invalid: {
    status: 403,
    message: 'This link is not valid. It may have been cut off or changed on its way.',
  },
  wrong_target: { status: 403, message: 'This link belongs to another page.' },
  wrong_scope: { status: 403, message: 'This link was made for something else.' },
  early: { status: 403, message: 'This link does not work yet.' },
  expired: { status: 410, message: 'This link has expired.' },
  revoked: { status: 410, message: 'This link has been withdrawn.' },
  unknown_subject: { status: 410, message: 'This link leads to something that no longer exists.' },
  replayed: { status: 410, message: 'This link has already been used.' },
}

/** Each refusing outcome with its status and its sentence. */
export const refusals = REFUSALS

/** A link that was refused. Branch on `outcome`, which is stable; `message` is for people. */
export class RequestTokenError extends Exception {
  /**
   * @param claims the verified content of a genuine token; null when there is none, and then the
   * answer must not depend on any person, list or key.
   */
  constructor(
    readonly outcome: Refusal,
    readonly claims: Claims | null = null
  ) {
    const { status, message } = REFUSALS[outcome]
    super(message, { status, code: `E_REQUEST_TOKEN_${outcome.toUpperCase()}` })
  }

  /** Called by the framework. */
  async handle(error: this, ctx: HttpContext) {
    const { answerRefusal } = await import('./refusal_answer.js')
    return answerRefusal(error, ctx)
  }

  /** It is in the audit; a log line would say it again. */
  report() {}
}
