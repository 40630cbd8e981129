import type { HttpContext } from '@adonisjs/core/http'
import { giveReason } from '#subscribers/main'
import { reasonValidator } from '#validators/public'
import { aboutLink } from '#controllers/public/leaving_page'

/** Why someone has left: asked after the fact, never needed. */
export default class UnsubscribeReasonsController {
  async store({ request, requestToken, view }: HttpContext) {
    await giveReason(requestToken, await reasonValidator.validate(request.body()))
    return view.render('pages/public/reason_noted', aboutLink(requestToken))
  }
}
