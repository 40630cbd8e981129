import type List from '#models/list'
import type Mailing from '#models/mailing'
import Subscriber from '#models/subscriber'
import { mint } from '#request_tokens/main'
import { normaliseAddress, NotFoundError } from '#subscribers/main'
import {
  compileMailing,
  findMailing,
  mintLinks,
  publicLinks,
  renderFor,
  renderParts,
  type Links,
  type Recipient,
} from '#mailings/main'
import deliveryConfig from '#config/delivery'
import { checkMailing } from './start_mailing.js'
import { SmtpLine } from './smtp_line.js'
import { smtpRoute } from './smtp_route.js'
import { DeliveryError } from './errors.js'

export interface Preview {
  subject: string
  text: string
  html: string
  /** The whole message, as it would go out. */
  raw: string
}

/** Shown to whoever is named by nothing else. */
const SAMPLE: Recipient = {
  publicId: 'sample',
  email: 'alex@example.org',
  name: 'Alex Example',
  attributes: {},
}

/**
 * What a subscriber would get; without one, what a made-up person would. Its links are no live ones:
 * a preview is looked at by others.
 *
 * @throws MailingError, NotFoundError
 */
export async function previewMailing(
  publicId: string,
  { subscriber }: { subscriber?: string } = {}
): Promise<Preview> {
  const mailing = await findMailing(publicId)
  const compiled = await compileMailing(mailing)
  const person = subscriber ? await recipientOf(subscriber) : SAMPLE
  const links = previewLinks()
  const { raw } = renderFor(compiled, person, links)
  return { ...renderParts(compiled, person, links), raw: raw.toString() }
}

/** A link to the mailing for colleagues: for seven days, and for whoever has it. */
export async function previewLink(publicId: string) {
  const mailing = await findMailing(publicId)
  const { list } = mailing
  const data = { list: list.publicId, mailing: mailing.publicId }
  const [link] = await mint([{ scope: 'preview', target: '/view', data }])
  return { url: link.url, expiresAt: link.expiresAt }
}

/**
 * Sends one message to one address, outside the ledger. A subscriber of the list gets the real thing,
 * with links that work; anybody else gets no links that could take another off the list.
 *
 * @throws DeliveryError when the server does not take it
 */
export async function sendTest(
  publicId: string,
  to: string
): Promise<{ to: string; reply: string }> {
  const mailing = await findMailing(publicId)
  await checkMailing(mailing)
  const compiled = await compileMailing(mailing)
  const { address } = normaliseAddress(to)
  const person = await memberOf(mailing.list, address)
  const links = person ? await liveLinks(mailing, person) : previewLinks()
  const recipient = person ?? { ...SAMPLE, email: address, name: null }
  const message = renderFor(compiled, recipient, links, { oneClick: person !== null })
  const line = new SmtpLine(smtpRoute(deliveryConfig.smtpUrl))
  const outcome = await line.send(message)
  line.quit()
  if (outcome.kind !== 'sent')
    throw new DeliveryError(
      `The test to ${address} was not sent. ${line.route.name} says: ${outcome.reply.text}`
    )
  return { to: address, reply: outcome.reply.text }
}

const previewLinks = (): Links => publicLinks(`${deliveryConfig.appUrl}/links`)

async function liveLinks(mailing: Mailing, { publicId }: Recipient) {
  const [links] = await mintLinks(mailing, [publicId])
  return links
}

async function recipientOf(email: string): Promise<Recipient> {
  const subscriber = await Subscriber.findBy('emailKey', normaliseAddress(email).key)
  if (!subscriber?.email) throw new NotFoundError(`There is no subscriber ${email}.`)
  const { publicId, name, attributes } = subscriber
  return { publicId, email: subscriber.email, name, attributes }
}

async function memberOf(list: List, email: string): Promise<Recipient | null> {
  const subscriber = await Subscriber.query()
    .where('email_key', normaliseAddress(email).key)
    .whereHas('subscriptions', (query) => query.where({ list_id: list.id, status: 'subscribed' }))
    .first()
  if (!subscriber?.email) return null
  const { publicId, name, attributes } = subscriber
  return { publicId, email: subscriber.email, name, attributes }
}
