import env from '#start/env'
import { defineConfig } from '@adonisjs/lucid'

/*
 * Three connections to one database, whatever its kind, so that none waits for another's work:
 *   main    pages and commands
 *   uses    request tokens: consuming and recording (a short transaction after another)
 *   worker  sending and other long writes
 * On SQLite a connection is one handle: a page must not queue behind a transaction.
 */
const migrations = { naturalSort: true, paths: ['database/migrations'] }

const schemaGeneration = {
  enabled: env.get('DB_CONNECTION') === 'sqlite' && env.get('NODE_ENV') === 'development',
  rulesPaths: ['./database/schema_rules.js'],
  excludeTables: [
    'request_tokens',
    'request_token_uses',
    'request_token_revocations',
    'signing_keys',
    'rate_limits',
    'sessions',
  ],
}

// A 200 for a use or a consent means the commit is on disk, so FULL on every connection; NORMAL in
// WAL mode may forget the last commits after a power loss (https://www.sqlite.org/pragma.html).
const PRAGMAS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA busy_timeout = 5000;
  PRAGMA foreign_keys = ON;
  PRAGMA cache_size = -65536;
  PRAGMA mmap_size = 1073741824;
  PRAGMA wal_autocheckpoint = 8000;
  PRAGMA journal_size_limit = 67108864;`

type SqliteHandle = { exec(sql: string, done: (error: Error | null) => void): void }

const sqlite = () => ({
  client: 'sqlite3' as const,
  connection: { filename: env.get('SQLITE_FILE')! },
  useNullAsDefault: true,
  pool: {
    afterCreate(handle: SqliteHandle, done: (error: Error | null, handle: SqliteHandle) => void) {
      handle.exec(PRAGMAS, (error) => done(error, handle))
    },
  },
  migrations,
  schemaGeneration,
})

const pg = () => ({
  client: 'pg' as const,
  connection: { connectionString: env.get('DATABASE_URL') },
  pool: { min: 0, max: 10 },
  migrations,
  schemaGeneration: { enabled: false },
})

const connection = env.get('DB_CONNECTION') === 'pg' ? pg : sqlite
const quiet = () => ({ ...connection(), schemaGeneration: { enabled: false } })

export default defineConfig({
  connection: 'main',
  connections: { main: connection(), uses: quiet(), worker: quiet() },
})
