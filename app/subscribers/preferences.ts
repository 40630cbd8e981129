import type { GrantedUse } from '#request_tokens/main'
import { maskAddress } from './email_address.js'
import type { LinkList, LinkSubscriber } from './link_subscriber.js'
import type { SubscriptionStatus } from '#models/subscription'

export interface TopicChoice {
  /** Public id. */
  id: string
  name: string
  description: string | null
  chosen: boolean
}

export interface Preferences {
  /** Masked: who looks over a shoulder need not know it. */
  address: string
  name: string | null
  language: string | null
  list: LinkList
  status: SubscriptionStatus | null
  topics: TopicChoice[]
  /** Until then no mail is sent. Null when not paused now. */
  pausedUntil: Date | null
  /** Mails a week at most, of all lists together. Null: no limit. */
  weeklyLimit: number | null
}

/** What the person of a link gets from the link's list, and how. */
export async function preferencesOf(use: GrantedUse<LinkSubscriber>): Promise<Preferences> {
  const { subject } = use
  const [settings] = await use.query<{ paused_until: any; weekly_limit: number | null }>(
    'SELECT paused_until, weekly_limit FROM subscribers WHERE id = ?',
    [subject.id]
  )
  const pausedUntil = Number(settings?.paused_until ?? 0)
  return {
    address: maskAddress(subject.email!),
    name: subject.name,
    language: subject.language,
    list: subject.list!,
    status: subject.status,
    topics: await topicChoices(use),
    pausedUntil: pausedUntil > use.at.getTime() ? new Date(pausedUntil) : null,
    weeklyLimit: settings?.weekly_limit ?? null,
  }
}

/** The topics of the link's list, by name. */
export async function topicChoices(use: GrantedUse<LinkSubscriber>): Promise<TopicChoice[]> {
  const found = await use.query(
    `SELECT t.public_id, t.name, t.description, st.topic_id AS chosen
    FROM topics t
    LEFT JOIN subscriptions p ON p.list_id = t.list_id AND p.subscriber_id = ?
    LEFT JOIN subscription_topics st ON st.topic_id = t.id AND st.subscription_id = p.id
    WHERE t.list_id = ? ORDER BY t.name`,
    [use.subject.id, use.subject.list!.id]
  )
  return found.map((row) => ({
    id: row.public_id,
    name: row.name,
    description: row.description,
    chosen: row.chosen !== null,
  }))
}
