import requestTokens from './service.js'
import { listUses } from './audit.js'
import type { Claims, RecordedUse, Refusal } from './types.js'
import { judge, refusalByState } from './verdict.js'

/** `good`: it would be let in now. Otherwise why not. */
export type Verdict = { outcome: 'good' | Refusal; claims: Claims | null }

export interface VerifyOptions {
  scope?: string | string[]
  target?: string
  /** As if it were then. @default now */
  at?: Date
}

/** Judges a token without presenting it: nothing is consumed or recorded. */
export async function verify(token: string, options: VerifyOptions = {}): Promise<Verdict> {
  const { keyring, config } = requestTokens
  const { refusal, claims, scope } = await judge(
    token,
    {
      at: options.at ?? new Date(),
      target: options.target,
      scopes: options.scope === undefined ? undefined : [options.scope].flat(),
    },
    keyring,
    config
  )
  if (refusal || !claims || !scope) return { outcome: refusal ?? 'invalid', claims }
  const state = await requestTokens.stateOf({ claims, scope })
  const spent = state.uses >= claims.max ? 'replayed' : null
  const outcome = refusalByState(state, scope) ?? spent ?? 'good'
  return { outcome, claims: outcome === 'invalid' ? null : claims }
}

/** What `verify` says, and every recorded use of the token. */
export async function inspectToken(
  token: string,
  options: VerifyOptions = {}
): Promise<Verdict & { usesSpent: number; uses: RecordedUse[] }> {
  const verdict = await verify(token, options)
  if (!verdict.claims) return { ...verdict, usesSpent: 0, uses: [] }
  const { jti } = verdict.claims
  const row = await requestTokens.readClient.from('request_tokens').where('jti', jti).first()
  return { ...verdict, usesSpent: row?.uses ?? 0, uses: await listUses({ jti }) }
}
