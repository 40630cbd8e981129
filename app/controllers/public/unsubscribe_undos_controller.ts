import type { HttpContext } from '@adonisjs/core/http'
import { isLeft, undoLeaving } from '#subscribers/main'
import { aboutLink } from '#controllers/public/leaving_page'

/** Takes back what the page after leaving has just done. */
export default class UnsubscribeUndosController {
  async store({ requestToken, view }: HttpContext) {
    await undoLeaving(requestToken)
    const isBack = !(await isLeft(requestToken, requestToken.client))
    return view.render(`pages/public/${isBack ? 'undone' : 'not_undone'}`, aboutLink(requestToken))
  }
}
