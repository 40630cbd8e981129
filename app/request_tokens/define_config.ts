import { parseLifetime } from './lifetime.js'
import type { Mode, RequestTokensConfig, ScopeConfig, SubjectConfig } from './types.js'

const FILE = 'config/request_tokens.ts'

/** A scope with its defaults filled in; lifetimes in seconds. */
export interface Scope {
  name: string
  mode: Mode
  subject: SubjectConfig | null
  lifetime: number
  longest: number
  maxUses: number
  isDone: ScopeConfig['isDone'] | null
}

/** The configuration with its defaults filled in. */
export interface ResolvedConfig {
  issuer: string
  connection?: string
  readConnection?: string
  algorithm: 'HS256' | 'ES256' | 'EdDSA'
  leewaySeconds: number
  floodBudgetPerMinute: number
  dataColumns: string[]
  scopes: Map<string, Scope>
  guard: string | null
  refusalPage: RequestTokensConfig['refusalPage'] | null
}

/**
 * Checks what stands in `config/request_tokens.ts` and fills in the defaults.
 *
 * @throws TypeError naming the file and the key, e.g. when a scope lasts shorter than its floor.
 */
export function defineConfig(config: RequestTokensConfig): ResolvedConfig {
  if (!URL.canParse(config.issuer))
    throw new TypeError(`${FILE}: issuer is not a URL: "${config.issuer}".`)
  const leewaySeconds = config.leewaySeconds ?? 30
  if (!(leewaySeconds >= 0 && leewaySeconds <= 60))
    throw new TypeError(`${FILE}: leewaySeconds is ${leewaySeconds}; give it 0 to 60.`)
  const dataColumns = config.dataColumns ?? []
  for (const name of dataColumns)
    if (!/^[a-z][a-z_]*$/.test(name))
      throw new TypeError(`${FILE}: dataColumns: "${name}" is no column name.`)

  return {
    issuer: config.issuer.replace(/\/+$/, ''),
    connection: config.connection,
    readConnection: config.readConnection,
    algorithm: config.algorithm ?? 'HS256',
    leewaySeconds,
    floodBudgetPerMinute: config.floodBudgetPerMinute ?? 30,
    dataColumns,
    scopes: new Map(
      Object.entries(config.scopes).map(([name, scope]) => [
        name,
        resolveScope(name, scope, config),
      ])
    ),
    guard: config.guard ?? null,
    refusalPage: config.refusalPage ?? null,
  }
}

function resolveScope(name: string, scope: ScopeConfig, config: RequestTokensConfig): Scope {
  const wrong = (text: string) => new TypeError(`${FILE}: scope "${name}" ${text}`)
  const mode = scope.mode ?? 'request'
  const subject =
    mode === 'none' ? null : config.subjects[scope.subject ?? Object.keys(config.subjects)[0]]
  if (mode !== 'none' && !subject)
    throw wrong(`names the subject "${scope.subject}", which is not configured.`)
  if (mode === 'session' && !subject?.logIn)
    throw wrong('has mode session; its subject needs logIn().')

  const lifetime = parseLifetime(scope.expiresIn)
  const longest = scope.longest === undefined ? lifetime : parseLifetime(scope.longest)
  if (longest < lifetime) throw wrong('has a "longest" below its "expiresIn".')
  if (scope.shortest !== undefined && lifetime < parseLifetime(scope.shortest))
    throw wrong(`lasts ${scope.expiresIn}; give it at least ${scope.shortest}.`)

  const maxUses = mode === 'session' ? 1 : (scope.maxUses ?? 1)
  if (maxUses !== Number.POSITIVE_INFINITY && !(Number.isInteger(maxUses) && maxUses > 0))
    throw wrong(`has maxUses ${maxUses}; give it a whole number, or Infinity.`)
  return {
    name,
    mode,
    subject: subject ?? null,
    lifetime,
    longest,
    maxUses: Math.min(maxUses, MANY_USES),
    isDone: scope.isDone ?? null,
  }
}

/** What `Infinity` becomes in a claim and in a column of 32 bits. */
export const MANY_USES = 2_147_483_647
