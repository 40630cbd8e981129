import type { HttpContext } from '@adonisjs/core/http'
import limiter from '@adonisjs/limiter/services/main'
import { sendSignInLink } from '#mails/sign_in_mail'
import { signInRequestValidator } from '#validators/sign_in_request'

const PER_SOURCE = { requests: 10, duration: '10 minutes' }

/** Asking for a link to sign in. The answer is the same whether or not there is an account. */
export default class SignInRequestsController {
  async create({ auth, response, view }: HttpContext) {
    if (await auth.use('staff').check()) return response.redirect('/staff')
    return view.render('pages/staff/sign_in')
  }

  async store(ctx: HttpContext) {
    const { request, response, view, logger } = ctx
    const [fault, wish] = await signInRequestValidator.tryValidate(request.only(['email']))
    if (!wish) {
      response.status(422)
      const [{ message: wrong }] = fault.messages
      return view.render('pages/staff/sign_in', { wrong, email: request.input('email') })
    }
    const source = limiter.use(PER_SOURCE)
    if (!(await source.attempt(`sign-in:${request.ip()}`, () => true))) {
      response.status(429).header('Retry-After', '600')
      return view.render('pages/staff/sign_in_limited')
    }
    // After the answer, so that its time does not tell who has an account.
    response.onFinish(() => {
      sendSignInLink(wish.email).catch((error) =>
        logger.error({ err: error }, 'sign-in link not sent')
      )
    })
    return view.render('pages/staff/sign_in_sent', wish)
  }
}
