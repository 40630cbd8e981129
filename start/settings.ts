import {
  type Check,
  databaseAddress,
  duration,
  hostName,
  networks,
  oneOf,
  origin,
  rate,
  secretKey,
  sender,
  smtpAddress,
  wholeNumber,
} from '#start/setting_checks'

export { splitList } from '#start/setting_checks'

type Settings = Record<string, string | undefined>

/**
 * Checks every setting before anything starts.
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

  /** How ace shows it. Its own way writes to standard output. */
  render() {
    process.stderr.write(`${this.message}\n`)
  }
}

/** One sentence for each fault; an empty array when all is well. */
export function settingsFaults(settings: Settings): string[] {
  return [...missing(settings), ...wrong(settings)]
}

const NEEDED: Record<string, string> = {
  APP_KEY: 'Make one with "node ace generate:key --show".',
  APP_URL: 'Set it to the address people reach, e.g. https://lists.example.org.',
  SMTP_URL: 'Set it to smtp://user:password@host:587 or smtps://….',
  MAIL_FROM: 'Set it to the sender, e.g. News <news@lists.example.org>.',
}

const SQLITE_CURE = 'Set it to a path on a local disk, e.g. /var/lib/postern/postern.sqlite3.'
const PG_CURE = 'With DB_CONNECTION=pg set it to postgres://user:password@host/database.'

function missing(settings: Settings) {
  const needed = {
    ...NEEDED,
    ...(settings.DB_CONNECTION === 'pg' ? { DATABASE_URL: PG_CURE } : { SQLITE_FILE: SQLITE_CURE }),
  }
  return Object.entries(needed)
    .filter(([name]) => !settings[name])
    .map(([name, cure]) => `${name} is missing. ${cure}`)
}

const CHECKS: Record<string, Check> = {
  NODE_ENV: oneOf('development', 'production', 'test'),
  APP_KEY: secretKey,
  PORT: wholeNumber({ from: 1, to: 65_535 }),
  LOG_LEVEL: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
  DB_CONNECTION: oneOf('sqlite', 'pg'),
  DATABASE_URL: databaseAddress,
  SMTP_URL: smtpAddress,
  MAIL_FROM: sender,
  MAIL_RATE: rate,
  MAIL_RATE_PER_DOMAIN: rate,
  MAIL_CONNECTIONS: wholeNumber({ from: 1, to: 200 }),
  RETURN_PATH_DOMAIN: hostName,
  TRUSTED_PROXIES: networks,
  AUDIT_RETENTION: duration,
  LIMITER_STORE: oneOf('database', 'memory'),
}

function wrong(settings: Settings) {
  const checks = { ...CHECKS, APP_URL: origin({ https: settings.NODE_ENV === 'production' }) }
  return Object.entries(checks).flatMap(([name, check]) => {
    const value = settings[name]
    const fault = value ? check(value) : null
    return fault ? [`${name} ${fault}`] : []
  })
}
