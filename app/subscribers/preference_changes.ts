import type { GrantedUse } from '#request_tokens/main'
import { DateTime } from 'luxon'
import { recordConsent } from './consent_events.js'
import { SubscriberError } from './errors.js'
import { joinList } from './joining.js'
import { leaveList } from './leaving.js'
import type { LinkSubscriber } from './link_subscriber.js'
import { preferencesOf, type Preferences } from './preferences.js'
import { canonicalLanguage, personName } from './profile.js'
import { placeholders } from './rows.js'

export const PAUSE_DAYS = [0, 30, 60, 90] as const
export const MAX_WEEKLY_LIMIT = 50
const MS_PER_DAY = 86_400_000

/** What is left out stays as it is. */
export interface PreferenceChanges {
  /** Public ids of all topics that are chosen. */
  topics?: string[]
  /** No mail for so many days from now; 0 ends a pause. */
  pauseDays?: number
  /** Mails a week at most; null: no limit. */
  weeklyLimit?: number | null
  /** A language tag such as `de` or `pt-BR`; null: the list's. */
  language?: string | null
  name?: string | null
  /** Leaves the list. Nothing else of the change is looked at. */
  leave?: boolean
  /** Comes back to a list that one has left. */
  join?: boolean
}

/**
 * Saves what the person of a link chose: all of it or, when something cannot be, nothing.
 *
 * @returns a sentence for each thing that is different now
 * @throws SubscriberError before anything is written; also when the person was erased meanwhile
 */
export async function savePreferences(
  use: GrantedUse<LinkSubscriber>,
  changes: PreferenceChanges
): Promise<{ changed: string[] }> {
  const before = await preferencesOf(use)
  const list = before.list.name
  if (changes.leave) {
    await leaveList(use)
    return { changed: before.status === 'unsubscribed' ? [] : [`You have left ${list}.`] }
  }
  const settings = changedSettings(before, changes, use.at)
  const topics = changedTopics(before, changes.topics)

  const isChange = settings.length + topics.added.length + topics.removed.length > 0
  if (isChange || changes.join) await holdPerson(use)
  const changed: string[] = []
  if (changes.join && (await comeBack(use))) changed.push(`You get ${list} again.`)
  await saveSettings(use, settings)
  await saveTopics(use, topics)
  return { changed: [...changed, ...topics.sentences, ...settings.map((one) => one.sentence)] }
}

/** From here to the commit an erasure waits; one that came first leaves nothing to write to. */
async function holdPerson(use: GrantedUse<LinkSubscriber>) {
  const held = await use.query(
    `UPDATE subscribers SET updated_at = updated_at WHERE id = ? AND erased_at IS NULL RETURNING id`,
    [use.subject.id]
  )
  if (held.length === 0)
    throw new SubscriberError('Your data was erased meanwhile. There is nothing to save.')
}

interface Setting {
  column: 'paused_until' | 'weekly_limit' | 'language' | 'name'
  value: string | number | null
  sentence: string
}

function changedSettings(before: Preferences, changes: PreferenceChanges, at: Date): Setting[] {
  return [
    ...pause(before, changes.pauseDays, at),
    ...weeklyLimit(before, changes.weeklyLimit),
    ...language(before, changes.language),
    ...name(before, changes.name),
  ]
}

function pause(before: Preferences, days: number | undefined, at: Date): Setting[] {
  if (days === undefined || (days === 0 && !before.pausedUntil)) return []
  if (!PAUSE_DAYS.includes(days as 0))
    throw new SubscriberError('A pause lasts 30, 60 or 90 days. Choose one of them.')
  if (days === 0)
    return [{ column: 'paused_until', value: null, sentence: 'Your pause has ended.' }]
  const until = at.getTime() + days * MS_PER_DAY
  const day = DateTime.fromMillis(until, { zone: 'utc' }).toFormat('d LLLL yyyy')
  return [{ column: 'paused_until', value: until, sentence: `You get no mail until ${day}.` }]
}

function weeklyLimit(before: Preferences, limit: number | null | undefined): Setting[] {
  if (limit === undefined || limit === before.weeklyLimit) return []
  if (limit !== null && !(Number.isInteger(limit) && limit >= 1 && limit <= MAX_WEEKLY_LIMIT))
    throw new SubscriberError(`The limit is a number from 1 to ${MAX_WEEKLY_LIMIT} mails a week.`)
  const sentence =
    limit === null
      ? 'There is no limit to the mails you get.'
      : `You get at most ${limit} ${limit === 1 ? 'mail' : 'mails'} a week.`
  return [{ column: 'weekly_limit', value: limit, sentence }]
}

function language(before: Preferences, tag: string | null | undefined): Setting[] {
  if (tag === undefined) return []
  const value = tag ? canonicalLanguage(tag) : null
  if (value === before.language) return []
  const shown = value && new Intl.DisplayNames('en', { type: 'language' }).of(value)
  const sentence = shown ? `Your language is ${shown}.` : "You get the list's own language."
  return [{ column: 'language', value, sentence }]
}

function name(before: Preferences, given: string | null | undefined): Setting[] {
  if (given === undefined) return []
  const value = personName(given ?? '')
  if (value === before.name) return []
  const sentence = value ? `Your name is ${value}.` : 'Your name is removed.'
  return [{ column: 'name', value, sentence }]
}

interface TopicChanges {
  added: string[]
  removed: string[]
  sentences: string[]
}

function changedTopics({ topics }: Preferences, chosen: string[] | undefined): TopicChanges {
  if (!chosen) return { added: [], removed: [], sentences: [] }
  if (chosen.some((id) => !topics.some((topic) => topic.id === id)))
    throw new SubscriberError('One of the topics is not on this list any more. Look again.')
  const added = topics.filter((topic) => !topic.chosen && chosen.includes(topic.id))
  const removed = topics.filter((topic) => topic.chosen && !chosen.includes(topic.id))
  return {
    added: added.map((topic) => topic.id),
    removed: removed.map((topic) => topic.id),
    sentences: [
      ...added.map((topic) => `You get ${topic.name}.`),
      ...removed.map((topic) => `You no longer get ${topic.name}.`),
    ],
  }
}

async function comeBack({ subject, claims, at, client }: GrantedUse<LinkSubscriber>) {
  const proof = { source: 'link' as const, sourceRef: claims.jti, at }
  const { joined } = await joinList(subject, subject.list!, proof, client)
  return joined
}

async function saveSettings(use: GrantedUse<LinkSubscriber>, settings: Setting[]) {
  if (settings.length === 0) return
  const assignments = settings.map(({ column }) => `${column} = ?`).join(', ')
  await use.query(
    `UPDATE subscribers SET ${assignments}, updated_at = ? WHERE id = ? AND erased_at IS NULL`,
    [...settings.map(({ value }) => value), use.at.getTime(), use.subject.id]
  )
}

async function saveTopics(use: GrantedUse<LinkSubscriber>, { added, removed }: TopicChanges) {
  if (added.length + removed.length === 0) return
  const { id, list } = use.subject
  const place = [id, list!.id]
  if (added.length > 0)
    await use.query(
      `INSERT INTO subscription_topics (subscription_id, topic_id)
      SELECT p.id, t.id FROM subscriptions p JOIN topics t ON t.list_id = p.list_id
      WHERE p.subscriber_id = ? AND p.list_id = ? AND t.public_id IN ${placeholders(1, added.length)}
      ON CONFLICT DO NOTHING`,
      [...place, ...added]
    )
  if (removed.length > 0)
    await use.query(
      `DELETE FROM subscription_topics
      WHERE subscription_id IN (SELECT id FROM subscriptions WHERE subscriber_id = ? AND list_id = ?)
        AND topic_id IN (SELECT id FROM topics WHERE public_id IN ${placeholders(1, removed.length)})`,
      [...place, ...removed]
    )
  await recordConsent(
    {
      subscriberId: id,
      listId: list!.id,
      event: 'topics',
      source: 'link',
      sourceRef: use.claims.jti,
      at: use.at,
      details: { added, removed },
    },
    use.client
  )
}
