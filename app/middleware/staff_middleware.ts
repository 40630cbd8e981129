import { Exception } from '@adonisjs/core/exceptions'
import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'
import { may, type Ability } from '#policies/staff_policy'

/** However busy: after this long one signs in again. The time without a request is in config/session.ts. */
const LONGEST_SESSION_MS = 7 * 24 * 60 * 60 * 1000

/** Lets signed-in staff pass who may do what the route does; sends strangers to the sign-in page. */
export default class StaffMiddleware {
  async handle(ctx: HttpContext, next: NextFn, options: { to: Ability }) {
    const user = await signedIn(ctx)
    if (!user) return this.#askToSignIn(ctx)
    if (!may(user, options?.to))
      throw new Exception(`Your role, ${user.role}, does not allow this. An owner can change it.`, {
        status: 403,
        code: 'E_STAFF_ROLE',
      })
    ctx.view.share({ user })
    return next()
  }

  #askToSignIn({ request, response, session }: HttpContext) {
    if (request.accepts(['html', 'json']) === 'json')
      throw new Exception('Sign in first.', { status: 401, code: 'E_STAFF_SIGN_IN' })
    if (request.method() === 'GET') session.setIntendedUrl(request.url())
    return response.redirect('/staff/sign-in')
  }
}

async function signedIn({ auth, session }: HttpContext) {
  const guard = auth.use('staff')
  if (!(await guard.check())) return null
  const since = session.get('signed_in_at', Date.now())
  if (guard.user!.isDisabled || Date.now() - since > LONGEST_SESSION_MS) {
    await guard.logout()
    session.clear()
    return null
  }
  if (!session.has('signed_in_at')) session.put('signed_in_at', since)
  return guard.user!
}
