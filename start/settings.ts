import { isIP } from 'node:net'

type Settings = NodeJS.ProcessEnv

/**
 * Checks the settings that a wrong value would make dangerous or that the framework would only
 * notice late.
 *
 * @throws SettingsError with one line for each fault: which setting, what is wrong, what to do.
 */
export function checkSettings(settings: Settings = process.env) {
  const faults = settingsFaults(settings)
  if (faults.length > 0) throw new SettingsError(faults)
}

export class SettingsError extends Error {
  constructor(readonly faults: string[]) {
    super(`Postern cannot start:\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
    this.name = 'SettingsError'
    this.stack = undefined
  }
}

/** One sentence for each fault; an empty array when all is well. */
export function settingsFaults(settings: Settings): string[] {
  const inProduction = settings.NODE_ENV === 'production'
  return [
    ...keyFaults(settings.APP_KEY),
    ...urlFaults(settings.APP_URL, inProduction),
    ...databaseFaults(settings),
    ...smtpFaults(settings.SMTP_URL),
    ...proxyFaults(settings.TRUSTED_PROXIES),
    ...(settings.MAIL_FROM
      ? []
      : ['MAIL_FROM is missing. Set it to the sender, e.g. News <news@lists.example.org>.']),
  ]
}

/** HMAC keys need 32 random bytes (RFC 7518 section 3.2); a phrase or a repeated sign is no key. */
function keyFaults(key: string | undefined) {
  const cure = 'Make one with "node ace generate:key --show".'
  if (!key) return [`APP_KEY is missing. ${cure}`]
  if (key.startsWith('file:')) return []
  if (key.length < 32)
    return [`APP_KEY is too short: ${key.length} characters, at least 32 are needed. ${cure}`]
  if (new Set(key).size < 12) return [`APP_KEY is not random: it repeats a few signs. ${cure}`]
  if (/\s|change.?me|secret|password|example|your.?key/i.test(key))
    return [`APP_KEY is a phrase or a sample, not a random key. ${cure}`]
  return []
}

function urlFaults(value: string | undefined, inProduction: boolean) {
  if (!value)
    return [
      'APP_URL is missing. Set it to the address people reach, e.g. https://lists.example.org.',
    ]
  if (!URL.canParse(value)) return [`APP_URL is not a URL: "${value}".`]
  const url = new URL(value)
  if (inProduction && url.protocol !== 'https:')
    return [`APP_URL must be https in production; it is "${value}".`]
  if (!['http:', 'https:'].includes(url.protocol))
    return [`APP_URL must start with https:// or http://; it is "${value}".`]
  if (url.search || url.hash || url.pathname !== '/')
    return [`APP_URL must be the address alone, with no path or query; it is "${value}".`]
  return []
}

function databaseFaults(settings: Settings) {
  if (settings.DB_CONNECTION === 'pg')
    return settings.DATABASE_URL
      ? []
      : ['DATABASE_URL is missing. With DB_CONNECTION=pg set it to postgres://user@host/database.']
  if (settings.DB_CONNECTION && settings.DB_CONNECTION !== 'sqlite')
    return [`DB_CONNECTION must be sqlite or pg; it is "${settings.DB_CONNECTION}".`]
  return settings.SQLITE_FILE
    ? []
    : [
        'SQLITE_FILE is missing. Set it to a path on a local disk, e.g. /var/lib/postern/postern.sqlite3.',
      ]
}

function smtpFaults(value: string | undefined) {
  if (!value) return ['SMTP_URL is missing. Set it to smtp://user:password@host:587 or smtps://….']
  const url = URL.canParse(value) ? new URL(value) : null
  return url && ['smtp:', 'smtps:'].includes(url.protocol) && url.hostname
    ? []
    : ['SMTP_URL is not an SMTP address. Write smtp://user:password@host:587 or smtps://….']
}

function proxyFaults(value: string | undefined) {
  const wrong = splitList(value).filter((entry) => {
    const [address, bits] = entry.split('/')
    const family = isIP(address)
    return (
      !family ||
      (bits !== undefined && !(Number(bits) >= 0 && Number(bits) <= (family === 4 ? 32 : 128)))
    )
  })
  return wrong.map(
    (entry) =>
      `TRUSTED_PROXIES: "${entry}" is no address or network. Write e.g. 10.0.0.0/8, 192.0.2.7.`
  )
}

/** A comma-separated setting as its entries. */
export function splitList(value: string | undefined) {
  return (value ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean)
}
