import type { HttpContext } from '@adonisjs/core/http'
import type User from '#models/user'

/**
 * The page behind a sign-in link. Opening it changes nothing: mail scanners open links too. The
 * middleware on the route has judged the link, and logs its subject in after the controller.
 */
export default class SignInsController {
  async show({ requestToken, view }: HttpContext) {
    const { subject, token } = requestToken
    return view.render('pages/staff/sign_in_link', { account: subject as User, rt: token })
  }

  async store({ response, session }: HttpContext) {
    const next = session.pullIntendedUrl() ?? '/staff'
    session.forget('signed_in_at')
    return response.redirect(next)
  }
}
