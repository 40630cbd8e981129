import requestTokens from './service.js'

/** Every signing key, the newest first. */
export function listKeys() {
  return requestTokens.keyring.list()
}

/** A new key signs from now on; earlier links stay good. No process needs a restart. */
export function rotateKeys() {
  return requestTokens.keyring.rotate()
}

/**
 * Refuses every token that a key signed, at once and for good.
 *
 * @throws TypeError when there is no such key, or it is the one that signs.
 */
export function retireKey(kid: string) {
  return requestTokens.keyring.retire(kid)
}
