import type { HttpContext } from '@adonisjs/core/http'

/** What this address is, for whoever comes without a link. The one public page that may be found. */
export default class HomeController {
  show({ response, view }: HttpContext) {
    response.removeHeader('X-Robots-Tag')
    return view.render('pages/public/home')
  }
}
