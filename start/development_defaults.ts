import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Where the mailbox of development listens. */
export const LOCAL_MAILBOX = 'smtp://127.0.0.1:1025'

/**
 * Gives every setting a working value outside production, so that a fresh checkout starts with no
 * file to write. The key is made once for each checkout and kept in tmp/: it is no shared sample.
 */
export function developmentDefaults(appRoot: URL) {
  process.env.NODE_ENV ||= 'development'
  const inProduction = process.env.NODE_ENV === 'production'

  setDefaults({
    HOST: inProduction ? '0.0.0.0' : '127.0.0.1',
    PORT: '3333',
    LOG_LEVEL: 'info',
    DB_CONNECTION: 'sqlite',
    LIMITER_STORE: inProduction ? 'database' : 'memory',
  })
  if (inProduction) return

  setDefaults({
    APP_KEY: checkoutKey(appRoot),
    APP_URL: `http://localhost:${process.env.PORT}`,
    SQLITE_FILE: fileURLToPath(new URL('tmp/postern.sqlite3', appRoot)),
    SMTP_URL: LOCAL_MAILBOX,
    MAIL_FROM: 'Postern <news@postern.example>',
    POSTAL_ADDRESS: 'Postern, 1 Garden Gate, Exampletown',
  })
}

function setDefaults(values: Record<string, string>) {
  for (const [name, value] of Object.entries(values)) process.env[name] ||= value
}

function checkoutKey(appRoot: URL) {
  const file = new URL('tmp/app_key', appRoot)
  if (!existsSync(file)) {
    mkdirSync(new URL('./', file), { recursive: true })
    try {
      writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  return readFileSync(file, 'utf8').trim()
}
