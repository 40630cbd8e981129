import type { HttpContext } from '@adonisjs/core/http'
import { AddressError, maskAddress, normaliseAddress, type LinkSubscriber } from '#subscribers/main'
import { verify } from '#request_tokens/main'
import { linkValidator } from '#validators/public'
import { personOf } from '#controllers/public/refusal_page'
import { secondsToWait } from '#controllers/public/link_limits'
import { sendFreshLinks } from '#mails/fresh_links_mail'

/** A fresh link, for one that no longer works or cannot be found. */
export default class LinksController {
  show({ view }: HttpContext) {
    return view.render('pages/public/link_form')
  }

  async store(ctx: HttpContext) {
    const { rt, email } = await linkValidator.validate(ctx.request.body())
    const person = rt ? await personOfToken(rt) : null
    try {
      return await this.#send(ctx, person?.email ?? email ?? '', person)
    } catch (error) {
      if (!(error instanceof AddressError)) throw error
      ctx.response.status(422)
      const wrong = email ? error.message : 'Give the address our mails come to.'
      return ctx.view.render('pages/public/link_form', { email, wrong })
    }
  }

  /** One answer for every address, known or not; whether it is known is looked up after the answer. */
  async #send(
    { logger, request, response, view }: HttpContext,
    address: string,
    person: LinkSubscriber | null
  ) {
    const { key } = normaliseAddress(address)
    const wait = await secondsToWait({ address: key, source: request.ip() })
    if (wait > 0) {
      response.status(429).header('Retry-After', String(wait))
      return view.render('pages/public/link_limited', { minutes: Math.ceil(wait / 60) })
    }
    response.onFinish(() => {
      sendFreshLinks(key, person?.list?.publicId).catch((error) =>
        logger.error({ err: error }, 'a fresh link was not sent')
      )
    })
    return view.render('pages/public/link_sent', {
      list: person?.list ?? null,
      address: person ? maskAddress(person.email) : null,
    })
  }
}

/** A genuine link names its person, whatever it was for and however old it is. */
async function personOfToken(token: string) {
  const { claims, outcome } = await verify(token)
  return claims && outcome !== 'invalid' ? personOf(claims) : null
}
