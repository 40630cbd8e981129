import type { HttpContext } from '@adonisjs/core/http'
import { mint, type GrantedUse } from '#request_tokens/main'
import { linkFor, maskAddress, type LinkSubscriber } from '#subscribers/main'
import Subscription from '#models/subscription'
import { momentOf, reasonChoices } from '#controllers/public/words'

type LinkUse = GrantedUse<LinkSubscriber | null>

/** What a page about one's own subscription shows: nothing of the person but a masked address. */
export function aboutLink({ subject, token }: LinkUse) {
  return {
    list: subject?.list ?? null,
    address: subject ? maskAddress(subject.email) : null,
    token,
  }
}

/** The page after leaving, with every way on. Each form on it has a token of its own. */
export async function leavingPage(
  { requestToken, view }: HttpContext,
  page: 'unsubscribed' | 'left_everything' = 'unsubscribed'
) {
  const use: LinkUse = requestToken
  return view.render(`pages/public/${page}`, {
    ...aboutLink(use),
    leftAt: await momentOfLeaving(use),
    links: use.subject?.list ? await waysOn(use.subject, use) : null,
    reasons: reasonChoices,
  })
}

async function waysOn(subject: LinkSubscriber, { claims, data }: LinkUse) {
  const parts = {
    subscriber: subject.publicId,
    list: subject.list!.publicId,
    mailing: typeof data.mailing === 'string' ? data.mailing : undefined,
  }
  const [undo, reason, preferences] = await mint([
    linkFor('undo', { ...parts, use: claims.jti }),
    linkFor('reason', parts),
    linkFor('preferences', parts),
  ])
  return { undo, reason, preferences }
}

/** Since when the person is off the list; null while on it, or when nothing is known of it. */
export async function momentOfLeaving({ subject, client }: LinkUse) {
  if (!subject?.list) return null
  const subscription = await Subscription.query({ client })
    .where({ subscriberId: subject.id, listId: subject.list.id })
    .first()
  return subscription?.hasLeft && subscription.leftAt
    ? momentOf(subscription.leftAt.toJSDate())
    : null
}
