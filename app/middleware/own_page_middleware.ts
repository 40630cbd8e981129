import { Exception } from '@adonisjs/core/exceptions'
import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'

/**
 * Refuses a form sent from another site. A sign-in link needs it beside the link's own proof:
 * otherwise somebody could sign you in to their account, unseen.
 */
export default class OwnPageMiddleware {
  handle({ request }: HttpContext, next: NextFn) {
    const from = request.header('sec-fetch-site', 'none')!
    if (request.method() !== 'GET' && !['same-origin', 'none'].includes(from))
      throw new Exception('Open the link from the message, then press the button on its page.', {
        status: 403,
        code: 'E_OTHER_SITE',
      })
    return next()
  }
}
