import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { insertToken } from './consumption.js'
import { claimsFor, signClaims, type MintOptions } from './mint.js'
import requestTokens from './service.js'
import { urlWithToken } from './target.js'
import type { Claims, TokenRequest } from './types.js'

export interface IssueOptions extends MintOptions {
  /**
   * What to write the row with. In a consuming controller that is `requestToken.client`: on SQLite
   * anything else would wait for it. @default the connection of `config/request_tokens.ts`
   */
  client?: QueryClientContract
}

/** A token with a row of its own from the start. For mailings see `mint`, which writes none. */
export class RequestToken {
  readonly #token: string

  private constructor(
    readonly claims: Claims,
    readonly target: string,
    token: string
  ) {
    this.#token = token
  }

  /**
   * Signs a token and writes its row.
   *
   * @throws TypeError for a scope, target, lifetime or number of uses that is not allowed.
   * @example
   * const token = await RequestToken.issue({ scope: 'confirm', target: '/visits/7', subject: patient.publicId })
   * await mail.send((message) => void message.to(patient.email).text(token.url()))
   */
  static async issue(request: TokenRequest, options: IssueOptions = {}) {
    const key = await requestTokens.keyring.signingKey()
    const claims = claimsFor(request, (options.at ?? new Date()).getTime(), key.kid)
    const client = options.client ?? requestTokens.db.connection(requestTokens.config.connection)
    const token = await signClaims(claims, key)
    await insertToken(claims, client, requestTokens.config)
    return new RequestToken(claims, request.target, token)
  }

  get jti() {
    return this.claims.jti
  }

  get expiresAt() {
    return new Date(this.claims.exp * 1000)
  }

  /** The three-part JWT (RFC 7519). */
  encode() {
    return this.#token
  }

  /** The absolute target with the token as `rt`. */
  url() {
    return urlWithToken(requestTokens.config.issuer, this.target, this.#token)
  }
}
