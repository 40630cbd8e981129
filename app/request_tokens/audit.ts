import requestTokens from './service.js'
import { runStatement } from './statement.js'
import type { RecordedUse, UseFilter } from './types.js'

const PAGE = 1000

/**
 * Recorded uses, the newest first.
 *
 * @param filter.limit @default 100
 */
export async function listUses(
  filter: UseFilter & { limit?: number } = {}
): Promise<RecordedUse[]> {
  const rows = await usesQuery(filter)
    .orderBy('id', 'desc')
    .limit(filter.limit ?? 100)
  return rows.map(recordedUse)
}

/** Every recorded use, the oldest first, read page by page. */
export async function* streamUses(filter: UseFilter = {}): AsyncIterable<RecordedUse> {
  let last = 0
  for (;;) {
    const rows = await usesQuery(filter).where('id', '>', last).orderBy('id', 'asc').limit(PAGE)
    for (const row of rows) yield recordedUse(row)
    if (rows.length < PAGE) return
    last = rows.at(-1).id
  }
}

/** What uses can be counted by, besides the columns of `dataColumns`. Days are of UTC. */
export type CountedBy = 'outcome' | 'scope' | 'method' | 'day' | (string & {})

/** How many uses there were, for each combination of what they are counted by. */
export async function countUses(
  filter: UseFilter,
  by: CountedBy[]
): Promise<(Record<string, string | null> & { count: number })[]> {
  const client = requestTokens.readClient
  const known = ['outcome', 'scope', 'method', ...requestTokens.config.dataColumns]
  const columns = by.map((name) => {
    if (name === 'day') return client.raw(`${dayOf(client.dialect.name)} AS day`)
    if (!known.includes(name)) throw new TypeError(`Uses cannot be counted by "${name}".`)
    return client.raw(name)
  })
  const groups = by.map((name) =>
    name === 'day' ? client.raw(dayOf(client.dialect.name)) : client.raw(name)
  )
  const query = usesQuery(filter).select(...columns, client.raw('SUM(times) AS count'))
  for (const group of groups) query.groupByRaw(group as any)
  const rows: any[] = await query.orderByRaw('count DESC')
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}

/** How many links were looked at and not used, of each scope: scanners, and people who thought again. */
export async function countUnusedLinks(
  filter: Omit<UseFilter, 'outcome'> = {}
): Promise<{ scope: string | null; count: number }[]> {
  const rows: any[] = await usesQuery({ ...filter, outcome: 'viewed' })
    .whereNotNull('jti')
    .whereNotExists((used) =>
      used
        .from('request_token_uses as used')
        .whereColumn('used.jti', 'request_token_uses.jti')
        .where('used.outcome', 'used')
    )
    .groupBy('scope')
    .select('scope')
    .countDistinct('jti as count')
    .orderBy('count', 'desc')
  return rows.map((row) => ({ scope: row.scope, count: Number(row.count) }))
}

function dayOf(dialect: string) {
  return dialect === 'postgres'
    ? "to_char(to_timestamp(at / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
    : "strftime('%Y-%m-%d', at / 1000, 'unixepoch')"
}

/** Removes records older than a time. Gives how many. */
export async function pruneUses(options: { before: Date }): Promise<number> {
  const client = requestTokens.db.connection(requestTokens.config.connection)
  let removed = 0
  for (;;) {
    const rows = await runStatement(
      client,
      `DELETE FROM request_token_uses WHERE id IN
         (SELECT id FROM request_token_uses WHERE at < ? ORDER BY id LIMIT 5000) RETURNING id`,
      [options.before.getTime()]
    )
    removed += rows.length
    if (rows.length === 0) return removed
  }
}

function usesQuery(filter: UseFilter) {
  const query = requestTokens.readClient.from('request_token_uses')
  if (filter.outcome) query.where('outcome', filter.outcome)
  if (filter.scope) query.where('scope', filter.scope)
  if (filter.subject) query.where('subject', filter.subject)
  if (filter.jti) query.where('jti', filter.jti)
  if (filter.since) query.where('at', '>=', filter.since.getTime())
  if (filter.until) query.where('at', '<', filter.until.getTime())
  for (const [name, value] of Object.entries(filter.data ?? {})) {
    if (!requestTokens.config.dataColumns.includes(name))
      throw new TypeError(
        `Uses cannot be found by "${name}": it is not in dataColumns of config/request_tokens.ts.`
      )
    query.where(name, value)
  }
  return query
}

function recordedUse(row: any): RecordedUse {
  return {
    at: new Date(Number(row.at)),
    kid: row.kid,
    jti: row.jti,
    subject: row.subject,
    scope: row.scope,
    outcome: row.outcome,
    method: row.method,
    path: row.path,
    ip: row.ip,
    userAgent: row.user_agent,
    statusCode: row.status_code,
    requestId: row.request_id,
    note: row.note,
    times: row.times,
    data: Object.fromEntries(requestTokens.config.dataColumns.map((name) => [name, row[name]])),
  }
}
