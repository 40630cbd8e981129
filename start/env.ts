import { Env } from '@adonisjs/core/env'
import { developmentDefaults } from '#start/development_defaults'
import { readSecretFiles } from '#start/secret_files'
import { checkSettings } from '#start/settings'

/*
 * Every setting of design section 10. In development and in tests each has a working default;
 * in production nothing secret has one, and start/settings.ts says in one sentence what is wrong.
 */
const appRoot = new URL('../', import.meta.url)
Env.removeIdentifier('file') // read below, for the process environment and .env alike
await Env.create(appRoot, {}) // loads .env, so that the checks below see it
developmentDefaults(appRoot)
readSecretFiles(appRoot)
checkSettings()

export default await Env.create(appRoot, {
  NODE_ENV: Env.schema.enum(['development', 'production', 'test'] as const),
  APP_KEY: Env.schema.secret(),
  APP_URL: Env.schema.string(),
  HOST: Env.schema.string(),
  PORT: Env.schema.number(),
  LOG_LEVEL: Env.schema.enum([
    'fatal',
    'error',
    'warn',
    'info',
    'debug',
    'trace',
    'silent',
  ] as const),
  LOG_FILE: Env.schema.string.optional(),

  DB_CONNECTION: Env.schema.enum(['sqlite', 'pg'] as const),
  SQLITE_FILE: Env.schema.string.optional(),
  DATABASE_URL: Env.schema.string.optional(),

  SMTP_URL: Env.schema.string(),
  MAIL_FROM: Env.schema.string(),
  MAIL_CONNECTIONS: Env.schema.number.optional(),
  MAIL_RATE: Env.schema.number.optional(),
  MAIL_RATE_PER_DOMAIN: Env.schema.number.optional(),
  RETURN_PATH_DOMAIN: Env.schema.string.optional(),
  POSTAL_ADDRESS: Env.schema.string.optional(),
  MAILBOX_DIR: Env.schema.string.optional(),

  TRUSTED_PROXIES: Env.schema.string.optional(),
  AUDIT_RETENTION: Env.schema.string.optional(),

  LIMITER_STORE: Env.schema.enum(['database', 'memory'] as const),
})
