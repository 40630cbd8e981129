import type { HttpContext } from '@adonisjs/core/http'
import { undoLeaving } from '#subscribers/main'
import { aboutLink } from '#controllers/public/leaving_page'
import { dayOf } from '#controllers/public/words'

/** Takes back what the page after leaving has just done, and says what is so now. */
export default class UnsubscribeUndosController {
  async store({ requestToken, view }: HttpContext) {
    const { standing, others, pausedUntil } = await undoLeaving(requestToken)
    return view.render(`pages/public/${standing === 'back' ? 'undone' : 'not_undone'}`, {
      ...aboutLink(requestToken),
      standing,
      others: others.join(', '),
      pausedUntil: pausedUntil && dayOf(pausedUntil),
    })
  }
}
