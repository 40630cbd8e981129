import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { ResolvedConfig, Scope } from './define_config.js'
import { jsonRows, selectJsonRows } from './json_rows.js'
import { runStatement } from './statement.js'
import type { Claims, SubjectQuery } from './types.js'

/** What the database says of a genuine token. */
export interface TokenState {
  /** Uses spent. */
  uses: number
  revoked: boolean
  keyRetired: boolean
  /** Null when it is gone, or in mode `none`. */
  subject: unknown
}

export interface KnownToken {
  claims: Claims
  scope: Scope
}

/** The states of many tokens: one statement for all of them, and one for each kind of subject. */
export async function loadStates(
  tokens: KnownToken[],
  client: QueryClientContract,
  config: ResolvedConfig
): Promise<TokenState[]> {
  const facts = await loadFacts(tokens, client, config)
  const subjects = await loadSubjects(tokens, client)
  return tokens.map(({ claims }, index) => ({
    uses: facts.get(factKey('uses', claims.jti)) ?? 0,
    revoked: revocationKeys(claims, config).some(([kind, value]) => {
      const at = facts.get(factKey(kind, value))
      return at !== undefined && (kind === 'token' || claims.iat * 1000 <= at)
    }),
    keyRetired: facts.has(factKey('retired', claims.kid)),
    subject: subjects[index],
  }))
}

/** The rows of `request_token_revocations` that would concern a token, as [kind, value]. */
export function revocationKeys(claims: Claims, config: ResolvedConfig): [string, string][] {
  const keys: [string, string][] = [
    ['token', claims.jti],
    ['key', claims.kid],
  ]
  if (claims.sub) keys.push(['subject', claims.sub])
  for (const name of config.dataColumns)
    if (claims.data[name] !== undefined) keys.push([`data.${name}`, String(claims.data[name])])
  return keys
}

const factKey = (kind: string, value: string) => `${kind} ${value}`

async function loadFacts(
  tokens: KnownToken[],
  client: QueryClientContract,
  config: ResolvedConfig
) {
  const wanted = new Map<string, { kind: string; value: string }>()
  for (const { claims } of tokens)
    for (const [kind, value] of revocationKeys(claims, config))
      wanted.set(factKey(kind, value), { kind, value })

  const given = jsonRows([...wanted.values()])
  const rows = await runStatement(client, factsSql(client), [given, given, given])
  return new Map(rows.map((row) => [factKey(row.fact, row.value), Number(row.number)]))
}

const factsSqlOf: Record<string, string> = {}

function factsSql(client: QueryClientContract) {
  return (factsSqlOf[client.dialect.name] ??= buildFactsSql(client))
}

function buildFactsSql(client: QueryClientContract) {
  const wanted = `(${selectJsonRows(client, { kind: 'text', value: 'text' })}) AS wanted`
  return `
    SELECT 'uses' AS fact, tokens.jti AS value, tokens.uses AS number
      FROM ${wanted} JOIN request_tokens AS tokens ON tokens.jti = wanted.value
      WHERE wanted.kind = 'token'
    UNION ALL
    SELECT revocations.kind, revocations.value, revocations.at
      FROM ${wanted} JOIN request_token_revocations AS revocations
        ON revocations.kind = wanted.kind AND revocations.value = wanted.value
    UNION ALL
    SELECT 'retired', keys.kid, keys.retired_at
      FROM ${wanted} JOIN signing_keys AS keys ON keys.kid = wanted.value
      WHERE wanted.kind = 'key' AND keys.retired_at IS NOT NULL`
}

async function loadSubjects(tokens: KnownToken[], client: QueryClientContract) {
  const subjects: unknown[] = tokens.map(() => null)
  const kinds = new Set(tokens.map(({ scope }) => scope.subject))
  for (const kind of kinds) {
    if (!kind) continue
    const asked = tokens.flatMap(({ claims, scope }, index) =>
      scope.subject === kind ? [{ index, query: subjectQuery(claims) }] : []
    )
    const loaded = await kind.load(
      asked.map(({ query }) => query),
      client
    )
    asked.forEach(({ index }, position) => (subjects[index] = loaded[position] ?? null))
  }
  return subjects
}

function subjectQuery(claims: Claims): SubjectQuery {
  return { subject: claims.sub ?? '', scope: claims.scope, data: claims.data }
}
