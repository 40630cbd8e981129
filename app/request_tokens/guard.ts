import { errors, symbols } from '@adonisjs/auth'
import type { GuardContract } from '@adonisjs/auth/types'
import type { HttpContext } from '@adonisjs/core/http'

/**
 * An auth guard whose user is the subject of the request's token, for `config/auth.ts`:
 * `guards: { link: requestTokenGuard() }`. It knows nobody beyond the request.
 */
export function requestTokenGuard() {
  return (ctx: HttpContext) => new RequestTokenGuard(ctx)
}

class RequestTokenGuard implements GuardContract<any> {
  declare [symbols.GUARD_KNOWN_EVENTS]: undefined
  readonly driverName = 'request_token'
  authenticationAttempted = false

  constructor(private ctx: HttpContext) {}

  get user() {
    return this.ctx.requestToken?.subject ?? undefined
  }

  get isAuthenticated() {
    return this.user !== undefined
  }

  getUserOrFail() {
    if (!this.isAuthenticated)
      throw new errors.E_UNAUTHORIZED_ACCESS(
        'This page opens from a link in a message we sent you.',
        {
          guardDriverName: this.driverName,
        }
      )
    return this.user
  }

  async authenticate() {
    this.authenticationAttempted = true
    return this.getUserOrFail()
  }

  async check() {
    this.authenticationAttempted = true
    return this.isAuthenticated
  }

  async authenticateAsClient(): Promise<never> {
    throw new TypeError(
      'A request token is presented, not logged in with: give the request its link.'
    )
  }
}
