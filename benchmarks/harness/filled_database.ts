import { createHash } from 'node:crypto'
import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import sqlite3 from 'sqlite3'
import { migrate } from '#benchmarks/harness/application'
import { say } from '#benchmarks/harness/report'
import { folder, root } from '#benchmarks/harness/settings'

const DAY = 24 * 60 * 60 * 1000

export interface Size {
  subscribers: number
  earlierUses: number
}

type Database = sqlite3.Database

/**
 * A copy of a database with so many subscribers on one list, and so many earlier uses of their links.
 * The first run makes it, later ones copy it until the tables change.
 */
export async function filledDatabase(name: string, size: Size) {
  mkdirSync(folder, { recursive: true })
  const sql = fillSql(size)
  const prefix = `filled-${size.subscribers}-`
  const template = `${folder}/${prefix}${fingerprint(sql)}.sqlite3`
  if (!existsSync(template)) {
    say(`Making a database with ${JSON.stringify(size)}: once only.`)
    for (const file of readdirSync(folder).filter((other) => other.startsWith(prefix)))
      rmSync(`${folder}/${file}`)
    await make(template, sql)
  }
  const copy = `${folder}/${name}.sqlite3`
  removeDatabase(copy)
  copyFileSync(template, copy, constants.COPYFILE_FICLONE)
  return copy
}

/** What a query gives, read beside the application. */
export async function queryDatabase<Row>(file: string, sql: string): Promise<Row[]> {
  const database = await open(file)
  try {
    return await all<Row>(database, sql)
  } finally {
    await close(database)
  }
}

async function make(template: string, sql: string) {
  const draft = `${folder}/draft.sqlite3`
  removeDatabase(draft)
  migrate(draft)
  const database = await open(draft)
  await execute(
    database,
    'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;'
  )
  await withoutIndexes(database, ['request_token_uses', 'request_tokens'], () =>
    execute(database, sql)
  )
  await close(database)
  renameSync(draft, template)
}

function removeDatabase(file: string) {
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
}

/** Indexes of random values are made much quicker at the end, in one go. */
async function withoutIndexes(database: Database, tables: string[], fill: () => Promise<void>) {
  const names = tables.map((table) => `'${table}'`).join(', ')
  const indexes = await all<{ name: string; sql: string }>(
    database,
    `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN (${names}) AND sql IS NOT NULL`
  )
  for (const { name } of indexes) await execute(database, `DROP INDEX "${name}"`)
  await fill()
  for (const { sql } of indexes) await execute(database, sql)
}

function fillSql({ subscribers, earlierUses }: Size) {
  const now = Date.now()
  return `
  INSERT INTO lists (public_id, slug, name, from_name, from_address, created_at, updated_at)
    VALUES ('benchlist0000001', 'bench', 'Garden news', 'Garden news', 'news@bench.example.org', ${now}, ${now});

  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
  INSERT INTO mailings (public_id, list_id, subject, body_format, body, status, created_at, updated_at)
    SELECT printf('benchmailing%04d', i), 1, 'News ' || i, 'markdown', 'Hello', 'sent', ${now}, ${now} FROM n;

  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${subscribers})
  INSERT INTO subscribers (public_id, email, email_key, name, created_at, updated_at)
    SELECT lower(hex(randomblob(8))), 'person' || i || '@example.org', 'person' || i || '@example.org',
      'Person ' || i, ${now - 400 * DAY} + i, ${now - 400 * DAY} + i FROM n;

  INSERT INTO subscriptions (subscriber_id, list_id, status, joined_at, created_at, updated_at)
    SELECT id, 1, 'subscribed', created_at, created_at, created_at FROM subscribers;

  WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${earlierUses} - 1)
  INSERT INTO request_token_uses
      (at, jti, subject, scope, outcome, method, path, ip, user_agent, status_code, request_id, list, mailing)
    SELECT ${now - 300 * DAY} + i * 25000, substr(hex(randomblob(11)), 1, 22), subscribers.public_id, 'preferences',
      CASE WHEN i % 4 = 0 THEN 'used' ELSE 'viewed' END, CASE WHEN i % 4 = 0 THEN 'POST' ELSE 'GET' END,
      '/preferences', '192.0.2.' || (i % 250), 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      200, lower(hex(randomblob(12))), 'benchlist0000001', printf('benchmailing%04d', 1 + i % 20)
    FROM n JOIN subscribers ON subscribers.id = 1 + (i * 7919) % ${subscribers};

  INSERT INTO request_tokens
      (jti, kid, subject, scope, target, max_uses, uses, issued_at, not_before, expires_at, list, mailing)
    SELECT jti, 'earlier', subject, scope, path, 10, 1, at, at, at + ${30 * DAY}, list, mailing
    FROM request_token_uses WHERE outcome = 'used';
`
}

/** Of all that shapes the database. */
function fingerprint(sql: string) {
  const migrations = readdirSync(`${root}database/migrations`).sort()
  const hash = createHash('sha256').update(sql.replaceAll(/\d{13}/g, ''))
  for (const file of [
    ...migrations.map((name) => `database/migrations/${name}`),
    'app/request_tokens/tables.ts',
  ])
    hash.update(readFileSync(`${root}${file}`))
  return hash.digest('hex').slice(0, 12)
}

function open(file: string) {
  return new Promise<Database>((resolve, reject) => {
    const database = new sqlite3.Database(file, (error) =>
      error ? reject(error) : resolve(database)
    )
  })
}

function execute(database: Database, sql: string) {
  return new Promise<void>((resolve, reject) =>
    database.exec(sql, (error) => (error ? reject(error) : resolve()))
  )
}

function all<Row>(database: Database, sql: string) {
  return new Promise<Row[]>((resolve, reject) =>
    database.all<Row>(sql, (error, rows) => (error ? reject(error) : resolve(rows)))
  )
}

function close(database: Database) {
  return new Promise<void>((resolve, reject) =>
    database.close((error) => (error ? reject(error) : resolve()))
  )
}
