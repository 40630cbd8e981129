import { BaseMail } from '@adonisjs/mail'
import mail from '@adonisjs/mail/services/main'
import type List from '#models/list'
import Subscriber from '#models/subscriber'
import type Subscription from '#models/subscription'
import Suppression from '#models/suppression'
import { mint } from '#request_tokens/main'
import { linkFor } from '#subscribers/main'

interface ListLinks {
  list: List
  preferences: string
  /** Null for a list that the person has left. */
  unsubscribe: string | null
}

/** Fresh links to the lists that one is on. Sent on request, so it obeys no pause. */
export class FreshLinksMail extends BaseMail {
  constructor(
    private person: Subscriber,
    private lists: ListLinks[]
  ) {
    super()
  }

  prepare() {
    const [first, ...others] = this.lists
    const values = { name: this.person.name, lists: this.lists }
    this.message
      .subject(others.length > 0 ? 'Your fresh links' : `Your fresh links for ${first.list.name}`)
      .to(this.person.email!, this.person.name ?? undefined)
      .header('Auto-Submitted', 'auto-generated')
      .htmlView('emails/fresh_links_html', values)
      .textView('emails/fresh_links_text', values)
  }
}

/**
 * Mails fresh links to an address; does nothing for one that is unknown, erased, on no list, or that
 * has reported us as spam.
 *
 * @param key of `normaliseAddress`
 * @param list public id of a list that the mail names even if the person has left it: they hold a link
 */
export async function sendFreshLinks(key: string, list?: string) {
  const person = await Subscriber.query()
    .where('emailKey', key)
    .whereNull('erasedAt')
    .preload('subscriptions', (subscriptions) => subscriptions.preload('list').orderBy('id'))
    .first()
  if (!person?.email || (await wantsNoMail(person))) return
  const wanted = person.subscriptions.filter((one) => !one.hasLeft || one.list.publicId === list)
  if (wanted.length === 0) return
  const links = await Promise.all(wanted.map((one) => linksFor(person, one)))
  await mail.send(new FreshLinksMail(person, links))
}

async function wantsNoMail({ emailHash }: Subscriber) {
  if (!emailHash) return false
  const found = await Suppression.query()
    .where('addressHash', emailHash)
    .whereIn('reason', ['complaint', 'erased'])
    .first()
  return found !== null
}

async function linksFor(person: Subscriber, { list, hasLeft }: Subscription): Promise<ListLinks> {
  const parts = { subscriber: person.publicId, list: list.publicId }
  const [preferences, unsubscribe] = await mint([
    linkFor('preferences', parts),
    linkFor('unsubscribe', parts),
  ])
  return { list, preferences: preferences.url, unsubscribe: hasLeft ? null : unsubscribe.url }
}
