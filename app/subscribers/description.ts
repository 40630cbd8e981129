import { listUses, type GrantedUse, type RecordedUse } from '#request_tokens/main'
import Subscriber from '#models/subscriber'
import Suppression from '#models/suppression'
import ConsentEvent from '#models/consent_event'
import Delivery from '#models/delivery'
import Subscription from '#models/subscription'
import { addressHash } from './address_hash.js'
import { normaliseAddress } from './email_address.js'
import { NotFoundError } from './errors.js'
import type { LinkSubscriber } from './link_subscriber.js'

const MOST_USES = 100_000

/** All that is kept of one person, as they may ask for (GDPR Art 15, 20). */
export interface SubscriberDescription {
  id: string
  email: string
  name: string | null
  language: string | null
  attributes: Record<string, unknown>
  pausedUntil: string | null
  weeklyLimit: number | null
  createdAt: string
  subscriptions: {
    list: string
    status: string
    topics: string[]
    joinedAt: string | null
    leftAt: string | null
    leftReason: string | null
    leftComment: string | null
    leftThrough: string | null
  }[]
  suppressions: { reason: string; scope: string; at: string }[]
  consents: {
    at: string
    list: string | null
    event: string
    source: string
    sourceRef: string | null
    consentText: string | null
    ip: string | null
    userAgent: string | null
  }[]
  deliveries: {
    mailing: string
    subject: string
    status: string
    reason: string | null
    at: string | null
  }[]
  linkUses: Omit<RecordedUse, 'subject'>[]
}

/**
 * @param who an address, or the use of a link
 * @throws NotFoundError for an address that is not known
 */
export async function describeSubscriber(
  who: string | GrantedUse<LinkSubscriber>
): Promise<SubscriberDescription> {
  const subscriber =
    typeof who === 'string'
      ? await findSubscriber(who)
      : await Subscriber.findOrFail(who.subject.id)
  return {
    id: subscriber.publicId,
    email: subscriber.email!,
    name: subscriber.name,
    language: subscriber.language,
    attributes: subscriber.attributes ?? {},
    pausedUntil: iso(subscriber.pausedUntil),
    weeklyLimit: subscriber.weeklyLimit,
    createdAt: iso(subscriber.createdAt)!,
    subscriptions: await subscriptionsOf(subscriber),
    suppressions: await suppressionsOf(subscriber),
    consents: await consentsOf(subscriber),
    deliveries: await deliveriesOf(subscriber),
    linkUses: await linkUsesOf(subscriber),
  }
}

/** @throws NotFoundError for an address that is not known, AddressError for what is none */
export async function findSubscriber(email: string): Promise<Subscriber> {
  const { key } = normaliseAddress(email)
  const subscriber = await Subscriber.findBy('emailKey', key)
  if (subscriber) return subscriber
  const erased = await Suppression.findBy({ addressHash: addressHash(key), reason: 'erased' })
  throw new NotFoundError(
    erased
      ? `The data of "${email.trim()}" was erased. Nothing but that is kept.`
      : `Nobody has the address "${email.trim()}". Check the spelling.`
  )
}

async function subscriptionsOf({ id }: Subscriber) {
  const found = await Subscription.query()
    .where('subscriberId', id)
    .preload('list')
    .preload('topics', (topics) => topics.orderBy('name'))
    .orderBy('id')
  return found.map((one) => ({
    list: one.list.slug,
    status: one.status,
    topics: one.topics.map((topic) => topic.name),
    joinedAt: iso(one.joinedAt),
    leftAt: iso(one.leftAt),
    leftReason: one.leftReason,
    leftComment: one.leftComment,
    leftThrough: one.leftThrough,
  }))
}

async function suppressionsOf({ emailHash }: Subscriber) {
  if (!emailHash) return []
  const found = await Suppression.query().where('addressHash', emailHash).orderBy('id')
  return found.map(({ reason, scope, createdAt }) => ({ reason, scope, at: iso(createdAt)! }))
}

async function consentsOf({ id }: Subscriber) {
  const found = await ConsentEvent.query()
    .where('subscriberId', id)
    .preload('list')
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
  return found.map((one) => ({
    at: iso(one.at)!,
    list: one.list?.slug ?? null,
    event: one.event,
    source: one.source,
    sourceRef: one.sourceRef,
    consentText: one.consentText,
    ip: one.ip,
    userAgent: one.userAgent,
  }))
}

async function deliveriesOf({ id }: Subscriber) {
  const found = await Delivery.query()
    .where('subscriberId', id)
    .preload('mailing')
    .orderBy('id', 'desc')
  return found.map((one) => ({
    mailing: one.mailing.publicId,
    subject: one.mailing.subject,
    status: one.status,
    reason: one.reason,
    at: iso(one.settledAt),
  }))
}

async function linkUsesOf({ publicId }: Subscriber) {
  const uses = await listUses({ subject: publicId, limit: MOST_USES })
  return uses.map(({ subject, ...use }) => use)
}

const iso = (time: { toISO(): string | null } | null) => time?.toISO() ?? null
