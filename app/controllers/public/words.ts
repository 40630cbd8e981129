import { LEAVING_REASONS, type LeavingReason } from '#subscribers/main'

const REASONS: Record<LeavingReason, string> = {
  too_many: 'Too many mails',
  not_relevant: 'They are not about what I hoped for',
  never_asked: 'I did not ask for them',
  other: 'Something else',
}

/** The answers to "why?", for the form. */
export const reasonChoices = LEAVING_REASONS.map((value) => ({ value, label: REASONS[value] }))

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
const minute = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' })

export const dayOf = (date: Date) => day.format(date)

export const momentOf = (date: Date) => `${day.format(date)}, ${minute.format(date)} UTC`
