import { DateTime } from 'luxon'
import { nextPerson } from '#database/factories/people'
import type List from '#models/list'
import Subscriber from '#models/subscriber'
import type { SubscriptionStatus } from '#models/subscription'
import { addressHash, normaliseAddress } from '#subscribers/main'

export interface SubscriberState {
  email?: string
  name?: string | null
  language?: string | null
  attributes?: Record<string, string>
  pausedUntil?: DateTime | null
  weeklyLimit?: number | null
  /** On this list. Left out: on none. */
  list?: List
  /** @default 'subscribed' */
  status?: SubscriptionStatus
  /** Names or slugs of the list's topics. */
  topics?: string[]
  /** When the person left, for the status `unsubscribed`. @default now */
  leftAt?: DateTime
}

/** One of the people of people.ts, on a list unless none is given. */
export async function makeSubscriber(state: SubscriberState = {}): Promise<Subscriber> {
  const { email, name, list, status, topics, leftAt, ...columns } = { ...nextPerson(), ...state }
  const { address, key } = normaliseAddress(email)
  const subscriber = await Subscriber.create({
    ...columns,
    name,
    email: address,
    emailKey: key,
    emailHash: addressHash(key),
  })
  if (list) await makeSubscription(subscriber, list, state)
  return subscriber.refresh()
}

/** Puts a person on a list, in any state. */
export async function makeSubscription(
  subscriber: Subscriber,
  list: List,
  { status = 'subscribed', topics = [], leftAt }: SubscriberState = {}
) {
  const subscription = await subscriber.related('subscriptions').create({
    listId: list.id,
    status,
    joinedAt: status === 'pending' ? null : DateTime.utc(),
    leftAt: status === 'unsubscribed' ? (leftAt ?? DateTime.utc()) : null,
  })
  const offered = await list.related('topics').query()
  const chosen = topics.map((wanted) => {
    const topic = offered.find((one) => one.name === wanted || one.slug === wanted)
    if (!topic) throw new TypeError(`The list "${list.slug}" has no topic "${wanted}".`)
    return topic.id
  })
  await subscription.related('topics').attach(chosen)
  return subscription
}
