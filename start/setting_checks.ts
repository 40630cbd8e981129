import { isIP } from 'node:net'
import string from '@adonisjs/core/helpers/string'

/** Says what is wrong with a setting's value, and what to do; null when all is well. */
export type Check = (value: string) => string | null

export const oneOf =
  (...allowed: string[]): Check =>
  (value) =>
    allowed.includes(value)
      ? null
      : `must be ${new Intl.ListFormat('en', { type: 'disjunction' }).format(allowed)}; it is "${value}".`

export const wholeNumber =
  (range: { from: number; to: number }): Check =>
  (value) =>
    /^\d+$/.test(value) && Number(value) >= range.from && Number(value) <= range.to
      ? null
      : `must be a whole number from ${range.from} to ${range.to}; it is "${value}".`

/** Messages a second; 0 means no limit. */
export const rate: Check = (value) =>
  /^\d+(\.\d+)?$/.test(value)
    ? null
    : `must be a number of messages a second, or 0 for no limit; it is "${value}".`

export const duration: Check = (value) => {
  const seconds = secondsIn(value)
  if (seconds === null) return `must be a length of time such as "400 days"; it is "${value}".`
  return seconds >= 86_400 ? null : `must be at least 1 day; it is "${value}".`
}

/** A length of time (`7d`, `400 days`) in seconds; null when the text is none, or is not above 0. */
export function secondsIn(text: string) {
  if (!/^\s*\d+(\.\d+)?\s*[a-z]+\s*$/i.test(text)) return null
  try {
    return string.seconds.parse(text) || null
  } catch {
    return null
  }
}

/** HMAC keys need 32 random bytes (RFC 7518 section 3.2); a phrase or a repeated sign is no key. */
export const secretKey: Check = (key) => {
  const cure = 'Make one with "node ace generate:key --show".'
  if (key.length < 32)
    return `is too short: ${key.length} characters, at least 32 are needed. ${cure}`
  if (new Set(key).size < 12) return `is not random: it repeats a few signs. ${cure}`
  if (/\s|change.?me|secret|password|example|your.?key/i.test(key))
    return `is a phrase or a sample, not a random key. ${cure}`
  return null
}

/** No fault of a URL quotes its user or password. */
export const origin =
  (options: { https: boolean }): Check =>
  (value) => {
    if (!URL.canParse(value))
      return 'is not a URL. Set it to the address people reach, e.g. https://lists.example.org.'
    const url = new URL(value)
    if (url.username || url.password) return 'must not hold a user or a password.'
    if (options.https && url.protocol !== 'https:')
      return `must be https in production; it is "${value}".`
    if (!['http:', 'https:'].includes(url.protocol))
      return `must start with https:// or http://; it is "${value}".`
    if (url.search || url.hash || url.pathname !== '/')
      return `must be the address alone, with no path or query; it is "${value}".`
    return null
  }

export const databaseAddress: Check = (value) =>
  addressOf(value, ['postgres:', 'postgresql:'])
    ? null
    : 'is not the address of a PostgreSQL database. Write postgres://user:password@host/database.'

export const smtpAddress: Check = (value) =>
  addressOf(value, ['smtp:', 'smtps:'])?.hostname
    ? null
    : 'is not an SMTP address. Write smtp://user:password@host:587 or smtps://….'

export const sender: Check = (value) =>
  /^([^<>@\r\n]+<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(value)
    ? null
    : `is no sender. Write it as News <news@lists.example.org>; it is ${JSON.stringify(value)}.`

export const hostName: Check = (value) =>
  /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i.test(value)
    ? null
    : `must be a domain such as bounces.example.org; it is "${value}".`

export const networks: Check = (value) => {
  const wrong = splitList(value).filter((entry) => !isNetwork(entry))
  return wrong.length === 0
    ? null
    : `holds "${wrong.join('", "')}", which is no address or network. Write e.g. 10.0.0.0/8, 192.0.2.7.`
}

/** A comma-separated setting as its entries. */
export function splitList(value: string | undefined) {
  return (value ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean)
}

function addressOf(value: string, protocols: string[]) {
  const url = URL.canParse(value) ? new URL(value) : null
  return url && protocols.includes(url.protocol) ? url : null
}

function isNetwork(entry: string) {
  const [address, bits, more] = entry.split('/')
  const family = isIP(address)
  if (!family || more !== undefined) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
}
