import type { HttpContext } from '@adonisjs/core/http'
import { findMailing } from '#mailings/main'
import { browserCopyOf, hasOutsidePictures, letterPolicy } from '#controllers/public/letter'
import { dayOf } from '#controllers/public/words'
import { PUBLIC_PAGE_POLICY } from '#middleware/public_page_middleware'

/** A mailing in the browser. The letter itself is written by others: it stands in a frame that can do nothing. */
export default class ViewsController {
  async show(ctx: HttpContext) {
    const { request, requestToken, response, view } = ctx
    const mailing = await findMailing(String(requestToken.data.mailing))
    const letter = await browserCopyOf(mailing)
    const showsPictures = request.qs().pictures === 'shown'
    if (request.qs().part === 'letter') return sendLetter(ctx, letter.html, showsPictures)

    response.header('Content-Security-Policy', `${PUBLIC_PAGE_POLICY}; frame-src 'self'`)
    const argument = `rt=${requestToken.token}`
    const pictures = showsPictures ? 'pictures=shown&' : ''
    return view.render('pages/public/view', {
      list: mailing.list,
      subject: letter.subject,
      sentence: mailing.startedAt
        ? `Sent on ${dayOf(mailing.startedAt.toJSDate())}.`
        : 'A draft: this mailing has not been sent.',
      letterUrl: `/view?part=letter&${pictures}${argument}`,
      picturesUrl:
        hasOutsidePictures(letter.html) && !showsPictures
          ? `/view?pictures=shown&${argument}`
          : null,
    })
  }
}

function sendLetter({ response }: HttpContext, html: string, showsPictures: boolean) {
  response.header('Content-Security-Policy', letterPolicy(showsPictures))
  response.header('X-Frame-Options', 'SAMEORIGIN')
  response.type('html')
  // Its links open a page of their own: inside the frame there is no way back.
  return html.replace('<head>', '<head>\n<base target="_blank">')
}
