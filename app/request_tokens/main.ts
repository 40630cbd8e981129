/*
 * The door of the request tokens: all that an application imports.
 */
export { default } from './provider.js'
export type * from './types.js'
export {
  countUnusedLinks,
  countUses,
  listUses,
  pruneUses,
  streamUses,
  type CountedBy,
} from './audit.js'
export { defineConfig } from './define_config.js'
export { RequestTokenError, refusals } from './errors.js'
export { requestTokenGuard } from './guard.js'
export { inspectToken, verify, type Verdict, type VerifyOptions } from './inspection.js'
export { type KeyDescription } from './keyring.js'
export { listKeys, retireKey, rotateKeys } from './keys.js'
export { parseLifetime } from './lifetime.js'
export { maskTokens } from './mask.js'
export { mint, type MintOptions } from './mint.js'
export { RequestToken, type IssueOptions } from './request_token.js'
export { RequestTokenMiddleware, type RequestTokenOptions } from './request_token_middleware.js'
export {
  forgetSubject,
  giveBackUses,
  pruneTokens,
  revokeTokens,
  type RevocationTarget,
  type RevokeOptions,
  type UsesOf,
} from './revocation.js'
export { networkOf } from './record.js'
export { runStatement } from './statement.js'
export { createRequestTokenTables, dropRequestTokenTables } from './tables.js'
