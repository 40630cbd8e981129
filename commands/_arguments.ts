import { DateTime } from 'luxon'
import { parseLifetime } from '#request_tokens/main'

/* What commands are given, as what they work with; each refusal is a sentence. */

/** An instant: ISO 8601, in UTC where no zone is named. */
export function instantOf(text: string, flag: string) {
  const instant = DateTime.fromISO(text, { zone: 'utc' })
  if (!instant.isValid)
    throw new Error(`--${flag} "${text}" is no time. Write e.g. 2026-11-24T09:00:00Z.`)
  return instant.toJSDate()
}

/** An instant in the past: ISO 8601, or how long ago (`7d`). */
export function pastOf(text: string, flag: string) {
  const seconds = lengthOf(text)
  if (seconds !== null) return new Date(Date.now() - seconds * 1000)
  const instant = DateTime.fromISO(text, { zone: 'utc' })
  if (!instant.isValid)
    throw new Error(
      `--${flag} "${text}" is no time. Write e.g. 2026-11-24T09:00:00Z, or 7d for the last seven days.`
    )
  return instant.toJSDate()
}

/** A length of time in seconds, e.g. of `7d`, `12 hours`. */
export function lifetimeOf(text: string, flag: string) {
  const seconds = lengthOf(text)
  if (seconds === null)
    throw new Error(`--${flag} "${text}" is no length of time. Write e.g. 7d, 12h or "30 days".`)
  return seconds
}

export function wholeNumberOf(value: number, flag: string, most: number) {
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new Error(`--${flag} must be a whole number from 1 to ${most}.`)
  return value
}

function lengthOf(text: string) {
  if (/^\d+$/.test(text)) return null
  try {
    return parseLifetime(text)
  } catch {
    return null
  }
}
