import { isIPv6 } from 'node:net'
import type { HttpContext } from '@adonisjs/core/http'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { ResolvedConfig } from './define_config.js'
import { insertJsonRows, jsonRows } from './json_rows.js'
import { runStatement } from './statement.js'
import type { Claims, Outcome } from './types.js'

/** One row of `request_token_uses`, as it will be written. */
export interface UseRow {
  at: number
  kid: string | null
  jti: string | null
  subject: string | null
  scope: string | null
  outcome: Outcome
  method: string
  path: string
  ip: string | null
  user_agent: string | null
  status_code: number
  request_id: string | null
  note: string | null
  times: number
  flood_key: string | null
  [dataColumn: string]: string | number | null
}

const COLUMNS = {
  at: 'bigint',
  kid: 'text',
  jti: 'text',
  subject: 'text',
  scope: 'text',
  outcome: 'text',
  method: 'text',
  path: 'text',
  ip: 'text',
  user_agent: 'text',
  status_code: 'integer',
  request_id: 'text',
  note: 'text',
  times: 'integer',
  flood_key: 'text',
} as const

/** The record of a request, before its outcome is known. No part of the query is in it. */
export function useRow(
  ctx: HttpContext,
  at: Date,
  claims: Claims | null,
  config: ResolvedConfig
): UseRow {
  const { request } = ctx
  const row: UseRow = {
    at: at.getTime(),
    kid: claims?.kid ?? null,
    jti: claims?.jti ?? null,
    subject: claims?.sub ?? null,
    scope: claims?.scope ?? null,
    outcome: 'invalid',
    method: request.method().slice(0, 8),
    path: plainText(request.url(), 255)!,
    ip: sourceAddress(ctx),
    user_agent: plainText(request.header('user-agent'), 512),
    status_code: 0,
    request_id: plainText(request.id(), 64),
    note: null,
    times: 1,
    flood_key: null,
  }
  for (const name of config.dataColumns)
    row[name] = claims?.data[name] === undefined ? null : plainText(String(claims.data[name]), 64)
  return row
}

/** A forwarding header that makes no sense must not cost us the record. */
function sourceAddress({ request }: HttpContext) {
  try {
    return plainText(request.ip(), 45)
  } catch {
    return plainText(request.request.socket.remoteAddress, 45)
  }
}

/** Without control characters and lone surrogates, cut to a length; null when nothing is given. */
export function plainText(value: string | null | undefined, length: number) {
  if (value === null || value === undefined) return null
  return value
    .replace(/\p{Cc}/gu, '')
    .toWellFormed()
    .slice(0, length)
}

const insertSqlOf: Record<string, string> = {}

/** Writes records in one statement. Those with the same `flood_key` become one row that counts. */
export async function insertUses(
  rows: UseRow[],
  client: QueryClientContract,
  config: ResolvedConfig
) {
  if (rows.length === 0) return
  insertSqlOf[client.dialect.name] ??= `
    ${insertJsonRows(client, 'request_token_uses', {
      ...COLUMNS,
      ...Object.fromEntries(config.dataColumns.map((name) => [name, 'text' as const])),
    })}
    ON CONFLICT (flood_key) WHERE flood_key IS NOT NULL DO UPDATE SET times = request_token_uses.times + excluded.times`
  await runStatement(client, insertSqlOf[client.dialect.name], [jsonRows(mergeFloods(rows))])
}

function mergeFloods(rows: UseRow[]) {
  const counted = new Map<string, UseRow>()
  const single: UseRow[] = []
  for (const row of rows) {
    if (row.flood_key === null) {
      single.push(row)
      continue
    }
    const first = counted.get(row.flood_key)
    if (first) first.times += row.times
    else counted.set(row.flood_key, { ...row })
  }
  // In one order everywhere, so that two transactions never wait for each other.
  const inOrder = [...counted.values()].sort((a, b) => (a.flood_key! < b.flood_key! ? -1 : 1))
  return [...single, ...inOrder]
}

/** Leaves nothing in a record that points to a person: theirs is erased (GDPR Art 17). */
export function anonymise(row: UseRow) {
  row.jti = row.subject = row.ip = row.user_agent = row.request_id = null
}

/** What a row that counts many cannot say. */
const OF_ONE_REQUEST = ['kid', 'jti', 'subject', 'scope', 'user_agent', 'request_id', 'note']

/**
 * Refused uses beyond a budget for each source, outcome and minute are counted in one row, so that a
 * flood of bad tokens cannot fill the disk.
 */
export class FloodBudget {
  #minute = 0
  #spent = new Map<string, number>()

  constructor(
    private perMinute: number,
    private dataColumns: string[]
  ) {}

  /** Forgets what was spent. */
  reset() {
    this.#spent.clear()
  }

  /** Turns the record of a refused use into a counting one when its source is over the budget. */
  apply(row: UseRow) {
    const minute = Math.floor(row.at / 60_000)
    if (minute !== this.#minute) {
      this.#minute = minute
      this.reset()
    }
    const key = `${minute} ${networkOf(row.ip)} ${row.outcome}`
    const spent = (this.#spent.get(key) ?? 0) + 1
    this.#spent.set(key, spent)
    if (spent <= this.perMinute) return
    row.flood_key = key
    for (const name of OF_ONE_REQUEST) row[name] = null
    for (const name of this.dataColumns) row[name] = null
  }
}

/** The source that limits count by: one household has a whole IPv6 network of 64 bits. */
export function networkOf(ip: string | null) {
  if (!ip || !isIPv6(ip) || ip.startsWith('::ffff:')) return ip ?? '-'
  const [head, tail = ''] = ip.split('::')
  const start = head ? head.split(':') : []
  const end = tail ? tail.split(':') : []
  const zeros = ip.includes('::') ? Array(Math.max(0, 8 - start.length - end.length)).fill('0') : []
  return `${[...start, ...zeros, ...end].slice(0, 4).join(':')}::/64`
}
