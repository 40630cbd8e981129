import { SubscriberError } from './errors.js'

const MAX_NAME = 200
const MAX_TAG = 16

/** One line without control characters; null when nothing is left. */
export function personName(given: string) {
  const line = given.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
  return line.slice(0, MAX_NAME).trim() || null
}

const tags = new Map<string, string>()
const MOST_TAGS = 1000

/** @throws SubscriberError for what is not a language tag (BCP 47) of at most 16 characters */
export function canonicalLanguage(given: string) {
  const tag = tags.get(given) ?? canonicalTag(given)
  if (tags.size < MOST_TAGS) tags.set(given, tag)
  return tag
}

function canonicalTag(given: string) {
  try {
    const [tag] = Intl.getCanonicalLocales(given.trim().replaceAll('_', '-'))
    if (tag && tag.length <= MAX_TAG) return tag
  } catch {}
  throw new SubscriberError(
    `"${given.slice(0, 40)}" is not a language. Use a tag such as en or de.`
  )
}
