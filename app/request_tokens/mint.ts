import { randomFillSync } from 'node:crypto'
import { isTokenData, serialiseClaims } from './claims.js'
import { MAX_TOKEN_LENGTH, signPayload } from './jws.js'
import type { SigningKey } from './keyring.js'
import { parseLifetime } from './lifetime.js'
import { MANY_USES } from './define_config.js'
import requestTokens from './service.js'
import { normaliseTarget, urlWithToken } from './target.js'
import type { Claims, MintedToken, TokenRequest } from './types.js'

export interface MintOptions {
  /** As if it were then. @default now */
  at?: Date
}

/**
 * Signed links without a row: one appears at the first use. Give all that belong together in one
 * call: they are signed together.
 *
 * @throws TypeError for a scope, target, lifetime or number of uses that is not allowed.
 * @example
 * const [link] = await mint([{ scope: 'unsubscribe', target: '/unsubscribe', subject: person.publicId }])
 */
export async function mint(
  requests: TokenRequest[],
  options: MintOptions = {}
): Promise<MintedToken[]> {
  const key = await requestTokens.keyring.signingKey()
  const issuedAt = (options.at ?? new Date()).getTime()
  const claims = requests.map((request) => claimsFor(request, issuedAt, key.kid))
  const tokens = await Promise.all(claims.map((claim) => signClaims(claim, key)))
  return tokens.map((token, index) => ({
    jti: claims[index].jti,
    token,
    url: urlWithToken(requestTokens.config.issuer, requests[index].target, token),
    expiresAt: new Date(claims[index].exp * 1000),
  }))
}

/** @throws TypeError for a token that would be too long to be read again. */
export async function signClaims(claims: Claims, key: SigningKey) {
  const token = await signPayload(serialiseClaims(claims), key)
  if (token.length > MAX_TOKEN_LENGTH)
    throw new TypeError(
      `The token has ${token.length} characters; ${MAX_TOKEN_LENGTH} is the most. Put less into its data.`
    )
  return token
}

/** The claims of a token to be, checked. */
export function claimsFor(request: TokenRequest, issuedAt: number, kid: string): Claims {
  const scope = requestTokens.scope(request.scope)
  const { subject, data = {} } = request
  if ((scope.mode === 'none') !== (subject === undefined))
    throw new TypeError(
      scope.mode === 'none'
        ? `A token of scope "${scope.name}" has no subject.`
        : `A token of scope "${scope.name}" needs a subject.`
    )
  if (subject !== undefined && !(subject.length > 0 && subject.length <= 64))
    throw new TypeError('The subject of a token is a public id of 1 to 64 characters.')
  if (!isTokenData(data))
    throw new TypeError(
      'The data of a token is a plain object of texts, finite numbers and booleans.'
    )
  for (const name of requestTokens.config.dataColumns)
    if (String(data[name] ?? '').length > 64)
      throw new TypeError(
        `"${name}" in the data of a token has its column: 64 characters are the most.`
      )
  if (Number.isNaN(issuedAt) || Number.isNaN(request.notBefore?.getTime()))
    throw new TypeError('A time of the token is no valid date.')

  const iat = Math.floor(issuedAt / 1000)
  const nbf = request.notBefore ? Math.floor(request.notBefore.getTime() / 1000) : iat
  const lifetime =
    request.expiresIn === undefined ? scope.lifetime : parseLifetime(request.expiresIn)
  if (lifetime > scope.longest)
    throw new TypeError(
      `A token of scope "${scope.name}" lasts at most ${Math.floor(scope.longest / 60)} minutes (config/request_tokens.ts: longest).`
    )
  return {
    kid,
    iss: requestTokens.config.issuer,
    aud: targetOf(request.target),
    sub: subject,
    scope: scope.name,
    jti: randomId(),
    iat,
    nbf,
    exp: Math.max(iat, nbf) + lifetime,
    max: usesOf(request.maxUses, scope.maxUses, scope.mode),
    data,
  }
}

function usesOf(asked: number | undefined, usual: number, mode: string) {
  if (asked === undefined) return usual
  if (asked === Number.POSITIVE_INFINITY) return MANY_USES
  if (!Number.isInteger(asked) || asked < 1 || asked > MANY_USES)
    throw new TypeError(`maxUses is ${asked}; give it a whole number from 1.`)
  if (mode === 'session' && asked !== 1) throw new TypeError('A token that signs in is used once.')
  return asked
}

function targetOf(target: string) {
  const normalised = normaliseTarget(target)
  if (normalised.length > MAX_TARGET)
    throw new TypeError(
      `The target has ${normalised.length} characters; ${MAX_TARGET} are the most.`
    )
  return normalised
}

const MAX_TARGET = 255

const pool = Buffer.alloc(16 * 256)
let taken = pool.length

/** 128 random bits in 22 characters. */
function randomId() {
  if (taken === pool.length) {
    randomFillSync(pool)
    taken = 0
  }
  return pool.toString('base64url', taken, (taken += 16))
}
