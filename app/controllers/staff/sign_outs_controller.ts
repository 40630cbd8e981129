import type { HttpContext } from '@adonisjs/core/http'

export default class SignOutsController {
  async store({ auth, response, session }: HttpContext) {
    await auth.use('staff').logout()
    session.clear()
    session.regenerate()
    return response.redirect('/staff/sign-in')
  }
}
