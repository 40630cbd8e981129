import { DateTime } from 'luxon'
import type { MailingStatus } from '#models/mailing'
import type { Outcome } from '#request_tokens/main'

const MAILING_STATUS: Record<MailingStatus, string> = {
  draft: 'Draft',
  scheduled: 'Scheduled',
  sending: 'Sending',
  paused: 'Paused',
  held: 'Held for a person',
  halted: 'Halted',
  sent: 'Sent',
  cancelled: 'Cancelled',
}

const OUTCOME: Record<Outcome, string> = {
  used: 'Used',
  viewed: 'Looked at',
  replayed: 'Used again',
  failed: 'Failed, may be tried again',
  expired: 'Too late: expired',
  early: 'Too early',
  revoked: 'Withdrawn',
  wrong_target: 'Wrong page',
  wrong_scope: 'Wrong purpose',
  unknown_subject: 'Person no longer known',
  invalid: 'Not genuine',
  missing: 'No link',
}

const SCOPE: Record<string, string> = {
  unsubscribe: 'Unsubscribe',
  preferences: 'Preferences',
  view: 'View in browser',
  preview: 'Preview',
  confirm: 'Confirm',
  change_email: 'Change of address',
  export: 'Copy of my data',
  erase: 'Erasure',
  undo: 'Undo',
  reason: 'Reason for leaving',
  sign_in: 'Sign-in',
}

const LEFT_REASON: Record<string, string> = {
  too_many: 'Too many messages',
  not_relevant: 'Not relevant',
  never_asked: 'Never asked for it',
  other: 'Other',
}

const REFUSED: string[] = ['invalid', 'wrong_target', 'wrong_scope', 'revoked', 'unknown_subject']

export const statusWords = (status: MailingStatus) => MAILING_STATUS[status]
export const outcomeWords = (outcome: Outcome) => OUTCOME[outcome]
export const scopeWords = (scope: string | null) => (scope ? (SCOPE[scope] ?? scope) : 'Unknown')
export const reasonWords = (reason: string | null) =>
  reason ? (LEFT_REASON[reason] ?? reason) : ''
export const isRefusal = (outcome: string) => REFUSED.includes(outcome)

/** 12,345 */
export const count = (value: number) => value.toLocaleString('en')

/** 3 minutes ago */
export const ago = (instant: DateTime | Date, now: DateTime = DateTime.utc()) => {
  const at = asDateTime(instant)
  return Math.abs(now.diff(at).as('seconds')) < 45
    ? 'just now'
    : at.toRelative({ base: now, locale: 'en' })!
}

/** 24 Nov 2026, 21:07:33 UTC */
export const exact = (instant: DateTime | Date) =>
  `${asDateTime(instant).toFormat('d LLL yyyy, HH:mm:ss')} UTC`

export const iso = (instant: DateTime | Date) => asDateTime(instant).toISO()!

function asDateTime(instant: DateTime | Date) {
  const value = DateTime.isDateTime(instant) ? instant : DateTime.fromJSDate(instant)
  return value.toUTC().setLocale('en')
}
