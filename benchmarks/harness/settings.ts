import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Databases and files of the benchmarks. Delete it to begin anew. */
export const folder = fileURLToPath(new URL('../../tmp/bench', import.meta.url))

const APP_KEY = randomBytes(32).toString('base64url')

/** Settings as in production, so that a benchmark runs what production runs. */
export function productionSettings(sqliteFile: string, port = 3333): Record<string, string> {
  return {
    NODE_ENV: 'production',
    APP_KEY: process.env.APP_KEY ?? APP_KEY,
    APP_URL: 'https://bench.example.org',
    HOST: '127.0.0.1',
    PORT: String(port),
    LOG_LEVEL: 'warn',
    DB_CONNECTION: 'sqlite',
    SQLITE_FILE: sqliteFile,
    SMTP_URL: 'smtp://127.0.0.1:1',
    MAIL_FROM: 'Bench <news@bench.example.org>',
    POSTAL_ADDRESS: 'Bench, 1 Garden Gate, Exampletown',
    LIMITER_STORE: 'memory',
    SESSION_DRIVER: 'cookie',
  }
}
