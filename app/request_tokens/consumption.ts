import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'
import type { ResolvedConfig } from './define_config.js'
import { insertJsonRows, jsonRows } from './json_rows.js'
import { runStatement } from './statement.js'
import type { Claims } from './types.js'

const COLUMNS = {
  jti: 'text',
  kid: 'text',
  subject: 'text',
  scope: 'text',
  target: 'text',
  max_uses: 'integer',
  uses: 'integer',
  issued_at: 'bigint',
  not_before: 'bigint',
  expires_at: 'bigint',
  data: 'text',
} as const

/** A row of `request_tokens` for a token with those claims. */
function tokenRow(claims: Claims, uses: number, config: ResolvedConfig) {
  const row: Record<string, string | number | null> = {
    jti: claims.jti,
    kid: claims.kid,
    subject: claims.sub ?? null,
    scope: claims.scope,
    target: claims.aud,
    max_uses: claims.max,
    uses,
    issued_at: claims.iat * 1000,
    not_before: claims.nbf * 1000,
    expires_at: claims.exp * 1000,
    data: JSON.stringify(claims.data),
  }
  for (const name of config.dataColumns)
    row[name] = claims.data[name] === undefined ? null : String(claims.data[name])
  return row
}

function insertTokensSql(client: QueryClientContract, config: ResolvedConfig) {
  return insertJsonRows(client, 'request_tokens', {
    ...COLUMNS,
    ...Object.fromEntries(config.dataColumns.map((name) => [name, 'text' as const])),
  })
}

/** Writes the row of an issued token, no use spent. */
export async function insertToken(
  claims: Claims,
  client: QueryClientContract,
  config: ResolvedConfig
) {
  await runStatement(client, insertTokensSql(client, config), [
    jsonRows([tokenRow(claims, 0, config)]),
  ])
}

const consumeSqlOf: Record<string, string> = {}

/**
 * Spends one use of each token, in one statement that decides by itself: two processes can never
 * both win the last use. A minted token gets its row here.
 *
 * @param tokens none twice.
 * @returns the `jti` of those that had a use left.
 */
export async function consume(
  tokens: Claims[],
  client: TransactionClientContract,
  config: ResolvedConfig
): Promise<Set<string>> {
  if (tokens.length === 0) return new Set()
  consumeSqlOf[client.dialect.name] ??= `
    ${insertTokensSql(client, config)}
    ON CONFLICT (jti) DO UPDATE SET uses = request_tokens.uses + 1
      WHERE request_tokens.uses < request_tokens.max_uses
    RETURNING jti`
  const rows = tokens.map((claims) => tokenRow(claims, 1, config))
  const spent = await runStatement(client, consumeSqlOf[client.dialect.name], [jsonRows(rows)])
  return new Set(spent.map((row) => row.jti))
}

/** Takes one use back, after the controller failed. */
export async function giveBack(jti: string, client: TransactionClientContract) {
  await runStatement(
    client,
    'UPDATE request_tokens SET uses = uses - 1 WHERE jti = ? AND uses > 0',
    [jti]
  )
}
