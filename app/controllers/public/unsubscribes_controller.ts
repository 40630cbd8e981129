import type { HttpContext } from '@adonisjs/core/http'
import { aboutLink, leavingPage, momentOfLeaving } from '#controllers/public/leaving_page'

/** The page behind an unsubscribe link. Mail clients POST to the same URL (RFC 8058 section 3.2). */
export default class UnsubscribesController {
  async show({ requestToken, view }: HttpContext) {
    if (['subscribed', 'pending'].includes(requestToken.subject.status))
      return view.render('pages/public/unsubscribe', aboutLink(requestToken))
    return view.render('pages/public/already_left', {
      ...aboutLink(requestToken),
      leftAt: await momentOfLeaving(requestToken),
    })
  }

  /** The leaving itself is the effect of the route: see start/routes/public.ts. */
  async store(ctx: HttpContext) {
    const { requestToken, response } = ctx
    if (isNonstandard(ctx)) requestToken.note('body=nonstandard')
    if (wantsPage(ctx)) return leavingPage(ctx)
    response.type('text/plain')
    return 'You have been unsubscribed.'
  }
}

/** Only the body says so: the pair in the URL means nothing. */
const isOneClick = ({ request }: HttpContext) => request.body()['List-Unsubscribe'] === 'One-Click'

const isOwnForm = ({ request }: HttpContext) => Boolean(request.body().rt)

/** Neither RFC 8058's pair nor the form of this page, well written: it counts all the same. */
function isNonstandard(ctx: HttpContext) {
  return Boolean(ctx.bodyFault) || !(isOneClick(ctx) || isOwnForm(ctx))
}

/** A program gets one line, a person a page. */
function wantsPage(ctx: HttpContext) {
  if (isOneClick(ctx)) return false
  return isOwnForm(ctx) || (ctx.request.header('accept') ?? '').includes('text/html')
}
