import { createHash } from 'node:crypto'
import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'

/*
 * One statement, prepared once for each connection of the pool. The query builder costs about 100 µs
 * a statement; this costs about 40 µs, most of it the driver's own.
 */

type Client = QueryClientContract | TransactionClientContract

interface SqliteStatement {
  all(bindings: unknown[], done: (error: Error | null, rows: any[]) => void): void
}
interface SqliteHandle {
  prepare(sql: string, done: (error: Error | null) => void): SqliteStatement
}
interface PgHandle {
  query(config: { name: string; text: string; values: unknown[] }): Promise<{ rows: any[] }>
}

/** Runs one statement with `?` for its values, and gives its rows. */
export async function runStatement(client: Client, sql: string, bindings: unknown[] = []) {
  const driver = driverOf(client)
  const handle = await driver.acquireConnection()
  try {
    return client.dialect.name === 'postgres'
      ? await runPg(handle, sql, bindings)
      : await runSqlite(handle, sql, bindings)
  } finally {
    await driver.releaseConnection(handle)
  }
}

/** Runs statements without values, in one go. */
export async function runScript(client: Client, sql: string) {
  const driver = driverOf(client)
  const handle = await driver.acquireConnection()
  try {
    if (client.dialect.name === 'postgres') await handle.query(sql)
    else
      await new Promise<void>((resolve, reject) => {
        handle.exec(sql, (error: Error | null) => (error ? reject(error) : resolve()))
      })
  } finally {
    await driver.releaseConnection(handle)
  }
}

/** A transaction keeps its own connection; a plain client lends one of its pool. */
function driverOf(client: Client) {
  if (client.isTransaction && (client as TransactionClientContract).isCompleted)
    throw new TypeError('The transaction is over: write before it is committed.')
  const knex: any = client.isTransaction
    ? (client as TransactionClientContract).knexClient
    : client.getWriteClient()
  return knex.client as {
    acquireConnection(): Promise<any>
    releaseConnection(handle: unknown): Promise<void>
  }
}

const prepared = new WeakMap<object, Map<string, SqliteStatement>>()

function runSqlite(handle: SqliteHandle, sql: string, bindings: unknown[]) {
  return new Promise<any[]>((resolve, reject) => {
    let statements = prepared.get(handle)
    if (!statements) prepared.set(handle, (statements = new Map()))
    let statement = statements.get(sql)
    if (!statement) {
      statement = handle.prepare(sql, (error) => {
        if (!error) return
        statements.delete(sql)
        reject(error)
      })
      statements.set(sql, statement)
    }
    statement.all(bindings, (error, rows) => (error ? reject(error) : resolve(rows)))
  })
}

const pgNames = new Map<string, { name: string; text: string }>()

async function runPg(handle: PgHandle, sql: string, values: unknown[]) {
  let named = pgNames.get(sql)
  if (!named) {
    let position = 0
    const text = sql.replace(/\?/g, () => `$${++position}`)
    named = { name: createHash('sha256').update(text).digest('hex').slice(0, 32), text }
    pgNames.set(sql, named)
  }
  const { rows } = await handle.query({ ...named, values })
  return rows
}
