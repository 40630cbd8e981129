import type { Claims, TokenData } from './types.js'

const JTI = /^[A-Za-z0-9_-]{22}$/
const PLAIN_KEY = /^[a-z][a-z_]*$/i
const RESERVED = ['__proto__', 'constructor', 'prototype']

/** The payload of a token, in the order in which it is signed. */
export function serialiseClaims(claims: Claims) {
  return JSON.stringify({
    iss: claims.iss,
    aud: claims.aud,
    sub: claims.sub,
    scope: claims.scope,
    jti: claims.jti,
    iat: claims.iat,
    nbf: claims.nbf,
    exp: claims.exp,
    max: claims.max,
    data: claims.data,
  })
}

/**
 * The claims of a payload, or null when one is missing, of a wrong type, or written in another way
 * than by `JSON.stringify`: that also catches names given twice (RFC 7519 section 4).
 */
export function parseClaims(payload: string, kid: string): Claims | null {
  const value = parseCanonical(payload)
  if (!value) return null
  const { iss, aud, sub, scope, jti, iat, nbf, exp, max, data } = value
  const sound =
    typeof iss === 'string' &&
    typeof aud === 'string' &&
    (sub === undefined || (typeof sub === 'string' && sub.length > 0)) &&
    typeof scope === 'string' &&
    typeof jti === 'string' &&
    JTI.test(jti) &&
    [iat, nbf, exp, max].every((number) => Number.isSafeInteger(number)) &&
    max > 0 &&
    exp > nbf &&
    isTokenData(data)
  return sound ? { kid, iss, aud, sub, scope, jti, iat, nbf, exp, max, data } : null
}

/** The object in a JSON text that has one canonical form, else null. */
export function parseCanonical(text: string): Record<string, any> | null {
  try {
    const value = JSON.parse(text)
    const plain = typeof value === 'object' && value !== null && !Array.isArray(value)
    return plain && JSON.stringify(value) === text ? value : null
  } catch {
    return null
  }
}

/** Whether something may stand in a token's `data`: plain names, plain values. */
export function isTokenData(value: unknown): value is TokenData {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.entries(value).every(
    ([key, entry]) =>
      PLAIN_KEY.test(key) &&
      !RESERVED.includes(key) &&
      (['string', 'boolean'].includes(typeof entry) || Number.isFinite(entry))
  )
}
