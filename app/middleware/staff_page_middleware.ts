import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'
import * as wording from '#controllers/staff/wording'

/** What every staff page has beside the headers of config/shield.ts. */
export default class StaffPageMiddleware {
  handle({ response, view }: HttpContext, next: NextFn) {
    response.header('Cache-Control', 'no-store')
    response.header('Cross-Origin-Opener-Policy', 'same-origin')
    response.header('Referrer-Policy', 'same-origin')
    response.header('X-Robots-Tag', 'noindex, nofollow')
    view.share({ ...wording })
    return next()
  }
}
