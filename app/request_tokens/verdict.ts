import type { ResolvedConfig, Scope } from './define_config.js'
import { parseClaims } from './claims.js'
import { openToken } from './jws.js'
import type { Keyring } from './keyring.js'
import type { TokenState } from './token_state.js'
import type { Claims, Refusal } from './types.js'

/** What a token says of itself, before the database is asked. */
export interface Judgement {
  /** Null: nothing against it so far. */
  refusal: Refusal | null
  /** Set when the token is genuine, also when it is refused. */
  claims: Claims | null
  scope: Scope | null
}

export interface Expectation {
  /** Any of these. @default every scope */
  scopes?: string[]
  /** The path of the request, normalised. @default any */
  target?: string
  at: Date
}

const INVALID: Judgement = { refusal: 'invalid', claims: null, scope: null }

/** Size, shape, key, signature, issuer, type; then time, target and scope. In this order. */
export async function judge(
  text: string,
  expected: Expectation,
  keyring: Keyring,
  config: ResolvedConfig
): Promise<Judgement> {
  const opened = await openToken(text, keyring)
  const claims = opened && parseClaims(opened.payload, opened.kid)
  if (!claims || claims.iss !== config.issuer) return INVALID
  const scope = config.scopes.get(claims.scope)
  if (!scope || !fitsScope(claims, scope)) return INVALID
  return { refusal: refusalOf(claims, expected, config), claims, scope }
}

/** A genuine token still has to be one that this application would issue. */
function fitsScope(claims: Claims, scope: Scope) {
  return (
    (scope.mode === 'none') === (claims.sub === undefined) &&
    claims.exp - Math.max(claims.iat, claims.nbf) <= scope.longest
  )
}

function refusalOf(claims: Claims, expected: Expectation, config: ResolvedConfig): Refusal | null {
  const now = expected.at.getTime() / 1000
  if (Math.max(claims.nbf, claims.iat) > now + config.leewaySeconds) return 'early'
  if (claims.exp <= now - config.leewaySeconds) return 'expired'
  if (expected.target !== undefined && claims.aud !== expected.target) return 'wrong_target'
  if (expected.scopes && !expected.scopes.includes(claims.scope)) return 'wrong_scope'
  return null
}

/** Revocation and subject, as the database has them; uses are left to the consuming statement. */
export function refusalByState(state: TokenState, scope: Scope): Refusal | null {
  if (state.keyRetired) return 'invalid'
  if (state.revoked) return 'revoked'
  if (scope.mode !== 'none' && state.subject === null) return 'unknown_subject'
  return null
}
