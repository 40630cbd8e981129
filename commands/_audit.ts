import { pastOf } from '#commands/_arguments'
import { findMailing } from '#mailings/main'
import type { RecordedUse, UseFilter } from '#request_tokens/main'
import { findSubscriber } from '#subscribers/main'

export const OUTCOMES = [
  'missing',
  'invalid',
  'wrong_target',
  'wrong_scope',
  'early',
  'expired',
  'revoked',
  'unknown_subject',
  'viewed',
  'used',
  'replayed',
  'failed',
]

export interface FilterFlags {
  outcome?: string
  scope?: string
  subscriber?: string
  mailing?: string
  since?: string
}

/** Which uses a command is asked about. */
export async function filterOf(flags: FilterFlags): Promise<UseFilter> {
  if (flags.outcome && !OUTCOMES.includes(flags.outcome))
    throw new Error(
      `There is no outcome "${flags.outcome}". Choose one of: ${OUTCOMES.join(', ')}.`
    )
  const subscriber = flags.subscriber ? await findSubscriber(flags.subscriber) : null
  const mailing = flags.mailing ? await findMailing(flags.mailing) : null
  return {
    outcome: flags.outcome,
    scope: flags.scope,
    subject: subscriber?.publicId,
    since: flags.since ? pastOf(flags.since, 'since') : undefined,
    data: mailing ? { mailing: mailing.publicId } : undefined,
  }
}

/** A use as commands give it out. */
export function useDocument(use: RecordedUse) {
  return {
    at: use.at.toISOString(),
    jti: use.jti,
    subject: use.subject,
    scope: use.scope,
    outcome: use.outcome,
    method: use.method,
    path: use.path,
    ip: use.ip,
    userAgent: use.userAgent,
    statusCode: use.statusCode,
    times: use.times,
    list: use.data.list ?? null,
    mailing: use.data.mailing ?? null,
    note: use.note,
    requestId: use.requestId,
  }
}

export const USE_HEAD = ['at', 'outcome', 'scope', 'subject', 'request', 'from', 'times', 'jti']

export function useCells(use: RecordedUse) {
  return [
    use.at.toISOString(),
    use.outcome,
    use.scope,
    use.subject,
    `${use.method} ${use.path} ${use.statusCode}`,
    use.ip,
    use.times,
    use.jti,
  ]
}
