import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import subscribersConfig from '#config/subscribers'

let hashKey: KeyObject | undefined

/**
 * What is kept of an address that gets no mail: HMAC-SHA-256 of its key, with a key of this
 * installation. A bare hash could be guessed from a list of addresses.
 *
 * @param key of `normaliseAddress`
 */
export function addressHash(key: string) {
  hashKey ??= deriveKey()
  return createHmac('sha256', hashKey).update(key).digest('hex')
}

function deriveKey() {
  const secret = subscribersConfig.appKey.release()
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'postern address hash', 32)))
}
