/*
 * The door of the request tokens: all that an application imports.
 */
export type * from './types.js'
export { RequestTokenError, refusals } from './errors.js'
export { maskTokens } from './mask.js'
export { createRequestTokenTables, dropRequestTokenTables } from './tables.js'
