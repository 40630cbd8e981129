import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'
import type { Scope } from './define_config.js'
import { RequestTokenError } from './errors.js'
import { Grant } from './granted_use.js'
import { statusOf } from './presentation.js'
import { presentedToken } from './presented_token.js'
import { anonymise, useRow, type UseRow } from './record.js'
import requestTokens from './service.js'
import { normaliseTarget } from './target.js'
import type { Claims, Effect, GrantedUse, Refusal } from './types.js'
import { judge, refusalByState } from './verdict.js'

declare module '@adonisjs/core/http' {
  interface HttpContext {
    /** The use that was let in, on a route with the middleware `requestToken`. */
    requestToken: GrantedUse
    /** Why the token was refused, where the route has `refused: 'pass'`. */
    requestTokenRefusal?: RequestTokenError
  }
}

export interface RequestTokenOptions {
  /** What a use does here, where it is the same for every request: many at once cost one. */
  effect?: Effect
  /** The scope that opens this route, or several. @default any */
  scope?: string | string[]
  /** Whether a request without a token is refused. @default true */
  required?: boolean
  /** `pass`: a bad token is recorded, and the request goes on without a subject. @default 'stop' */
  refused?: 'stop' | 'pass'
}

interface Known {
  token: string
  claims: Claims
  scope: Scope
  at: Date
  row: UseRow
}

/** RFC 9110 section 9.2.1. */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'TRACE']

/**
 * Lets a request in by its token. `ctx.requestToken` is then the use; the subject is known during
 * this request only, and no cookie is read or set (save in mode `session`).
 */
export class RequestTokenMiddleware {
  async handle(ctx: HttpContext, next: NextFn, options: RequestTokenOptions = {}) {
    protect(ctx)
    const at = new Date()
    const presented = presentedToken(ctx)
    if (presented === null) {
      if (options.required === false) return next()
      return this.#refuse(
        ctx,
        next,
        useRow(ctx, at, null, requestTokens.config),
        'missing',
        null,
        options
      )
    }

    const { refusal, claims, scope } =
      presented === 'unreadable'
        ? { refusal: 'invalid' as const, claims: null, scope: null }
        : await judge(
            presented.text,
            expectation(ctx, at, options),
            requestTokens.keyring,
            requestTokens.config
          )
    const row = useRow(ctx, at, claims, requestTokens.config)
    if (refusal || !claims || !scope)
      return this.#refuse(ctx, next, row, refusal ?? 'invalid', claims, options)

    const known = { token: (presented as { text: string }).text, claims, scope, at, row }
    return SAFE_METHODS.includes(ctx.request.method())
      ? this.#view(ctx, next, known, options)
      : this.#consume(ctx, next, known, options)
  }

  /** Looking changes nothing but the audit. */
  async #view(ctx: HttpContext, next: NextFn, known: Known, options: RequestTokenOptions) {
    const { claims, scope, at, token, row } = known
    const state = await requestTokens.stateOf({ claims, scope })
    const refusal = refusalByState(state, scope)
    if (refusal) return this.#refuse(ctx, next, row, refusal, claims, options)

    const grant = new Grant('viewed', claims, state.subject, at, requestTokens.readClient, token)
    row.outcome = 'viewed'
    let answer: unknown
    try {
      answer = await letIn(ctx, next, grant, scope)
      row.status_code = ctx.response.getStatus()
    } catch (error) {
      row.status_code = statusOf(error)
      throw error
    } finally {
      row.note = grant.remark
      await requestTokens.ledger.record(row)
    }
    return answer
  }

  async #consume(ctx: HttpContext, next: NextFn, known: Known, options: RequestTokenOptions) {
    const { scope, row } = known
    let answer: unknown
    let subject: unknown
    try {
      await requestTokens.ledger.consume({
        ...known,
        effect: options.effect ?? null,
        work: async (grant) => {
          answer = await letIn(ctx, next, grant, scope)
          subject = grant.subject
          return ctx.response.getStatus()
        },
      })
    } catch (error) {
      if (!(error instanceof RequestTokenError)) throw error
      return this.#answerRefusal(ctx, next, error, options)
    }
    if (scope.mode === 'session' && row.outcome === 'used')
      await scope.subject!.logIn!(ctx, subject)
    return answer
  }

  async #refuse(
    ctx: HttpContext,
    next: NextFn,
    row: UseRow,
    refusal: Refusal,
    claims: Claims | null,
    options: RequestTokenOptions
  ) {
    const error = new RequestTokenError(refusal, refusal === 'invalid' ? null : claims)
    row.outcome = refusal
    row.status_code = error.status
    requestTokens.floods.apply(row)
    if (refusal === 'unknown_subject') anonymise(row)
    await requestTokens.ledger.record(row)
    return this.#answerRefusal(ctx, next, error, options)
  }

  #answerRefusal(
    ctx: HttpContext,
    next: NextFn,
    error: RequestTokenError,
    options: RequestTokenOptions
  ) {
    if (options.refused !== 'pass') throw error
    ctx.requestTokenRefusal = error
    return next()
  }
}

/** An answer to a link is for one person, now: kept nowhere, told to nobody. */
function protect({ response }: HttpContext) {
  response.header('Cache-Control', 'no-store')
  response.header('Referrer-Policy', 'no-referrer')
  response.header('X-Robots-Tag', 'noindex, nofollow')
}

function expectation(ctx: HttpContext, at: Date, options: RequestTokenOptions) {
  return {
    at,
    target: normaliseTarget(ctx.request.url()),
    scopes: options.scope === undefined ? undefined : [options.scope].flat(),
  }
}

/** Makes the subject the user of this request, also for `auth`, and runs the controller. */
async function letIn(ctx: HttpContext, next: NextFn, grant: Grant, scope: Scope) {
  ctx.requestToken = grant
  const { guard } = requestTokens.config
  if (guard && scope.mode === 'request' && grant.subject && 'auth' in ctx)
    await (ctx.auth as { authenticateUsing(guards: string[]): Promise<unknown> }).authenticateUsing(
      [guard]
    )
  return next()
}
