import type Mailing from '#models/mailing'
import Subscriber from '#models/subscriber'
import Subscription from '#models/subscription'
import { countUses, listUses } from '#request_tokens/main'
import { maskAddress } from '#subscribers/main'

const LATEST = 50

/** What happened through the links of a mailing, newest first. */
export async function mailingAudit(mailing: Mailing) {
  const filter = { data: { mailing: mailing.publicId } }
  const [outcomes, uses, left] = await Promise.all([
    countUses(filter, ['scope', 'outcome']),
    listUses({ ...filter, limit: LATEST }),
    peopleWhoLeft(mailing),
  ])
  const who = await maskedAddresses(uses.map(({ subject }) => subject))
  return { outcomes, uses: uses.map((use) => ({ ...use, who: who.get(use.subject!) })), left }
}

/** Who is off the list now because of this mailing. Whoever took it back is not here. */
async function peopleWhoLeft(mailing: Mailing) {
  const subscriptions = await Subscription.query()
    .where('listId', mailing.listId)
    .where('status', 'unsubscribed')
    .where('leftThrough', mailing.publicId)
    .orderBy('leftAt', 'desc')
    .limit(LATEST)
    .preload('subscriber')
  return subscriptions.map(({ subscriber, leftAt, leftReason, leftComment }) => ({
    who: subscriber.email ? maskAddress(subscriber.email) : undefined,
    leftAt,
    leftReason,
    leftComment,
  }))
}

async function maskedAddresses(publicIds: (string | null)[]) {
  const ids = [...new Set(publicIds)].filter((id) => id !== null)
  const subscribers = await Subscriber.query().whereIn('publicId', ids).whereNotNull('email')
  return new Map(subscribers.map(({ publicId, email }) => [publicId, maskAddress(email!)]))
}
