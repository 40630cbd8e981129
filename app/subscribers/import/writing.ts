import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { giveBackUses } from '#request_tokens/main'
import type List from '#models/list'
import { newPublicId } from '#models/public_id'
import { placeholders, rows } from '../rows.js'
import { differs, type Decision, type Known } from './batch.js'
import type { Person } from './person.js'

/** What every row of one import has in common. */
export interface Origin {
  list: List
  /** Public id of the import. */
  ref: string
  consentText: string | null
  at: number
}

interface Member {
  person: Person
  subscriberId: number
}

/** Writes what was decided for one batch, a statement for each table. */
export async function write(decisions: Decision[], origin: Origin, client: QueryClientContract) {
  const joining = decisions.filter(({ verdict }) => verdict === 'created') as Joining[]
  const rejoining = decisions.filter(({ verdict }) => verdict === 'rejoined') as Rejoining[]
  const changed = decisions.filter(isChanged)

  const members = await insertSubscribers(joining, origin, client)
  await updateSubscribers(changed, origin, client)
  await insertSubscriptions(members, origin, client)
  await rejoin(rejoining, origin, client)
  const joined = [...members, ...rejoining.map(memberOf)]
  await insertTopics(joined, origin, client)
  await insertConsents(joined, origin, client)
}

type Joining = { person: Person; known: Known | null }
type Rejoining = { person: Person; known: Known }

const memberOf = ({ person, known }: Rejoining): Member => ({ person, subscriberId: known.id })

function isChanged(decision: Decision): decision is Decision & Rejoining {
  return 'known' in decision && decision.known !== null && differs(decision.person, decision.known)
}

/** Those that are new get a row; those known from another list have one. */
async function insertSubscribers(joining: Joining[], origin: Origin, client: QueryClientContract) {
  const members = joining.filter(({ known }) => known).map((one) => memberOf(one as Rejoining))
  const people = joining.filter(({ known }) => !known).map(({ person }) => person)
  if (people.length === 0) return members
  const inserted = await rows<{ id: number; email_key: string }>(
    client,
    `INSERT INTO subscribers
      (public_id, email, email_key, email_hash, name, language, attributes, created_at, updated_at)
    VALUES ${placeholders(people.length, 9)}
    ON CONFLICT (email_key) DO UPDATE SET updated_at = subscribers.updated_at
    RETURNING id, email_key`,
    people.flatMap((person) => [
      newPublicId(),
      person.address,
      person.key,
      person.hash,
      person.name,
      person.language,
      JSON.stringify(person.attributes),
      origin.at,
      origin.at,
    ])
  )
  const ids = new Map(inserted.map((row) => [row.email_key, row.id]))
  return [...members, ...people.map((person) => ({ person, subscriberId: ids.get(person.key)! }))]
}

async function updateSubscribers(
  changed: Rejoining[],
  { at }: Origin,
  client: QueryClientContract
) {
  if (changed.length === 0) return
  const attributes =
    client.dialect.name === 'postgres' ? 'CAST(v.attributes AS json)' : 'v.attributes'
  await rows(
    client,
    `WITH v (id, name, language, attributes) AS (VALUES ${placeholders(changed.length, 4)})
    UPDATE subscribers SET name = v.name, language = v.language, attributes = ${attributes}, updated_at = ?
    FROM v WHERE subscribers.id = CAST(v.id AS integer)`,
    [
      ...changed.flatMap(({ person, known }) => [
        known.id,
        person.name ?? known.name,
        person.language ?? known.language,
        JSON.stringify({ ...known.attributes, ...person.attributes }),
      ]),
      at,
    ]
  )
}

async function insertSubscriptions(
  members: Member[],
  { list, at }: Origin,
  client: QueryClientContract
) {
  if (members.length === 0) return
  await rows(
    client,
    `INSERT INTO subscriptions (subscriber_id, list_id, status, joined_at, created_at, updated_at)
    VALUES ${placeholders(members.length, 6)} ON CONFLICT (subscriber_id, list_id) DO NOTHING`,
    members.flatMap(({ subscriberId }) => [subscriberId, list.id, 'subscribed', at, at, at])
  )
}

async function rejoin(rejoining: Rejoining[], { list, at }: Origin, client: QueryClientContract) {
  if (rejoining.length === 0) return
  await rows(
    client,
    `UPDATE subscriptions SET status = 'subscribed', joined_at = ?, updated_at = ?, left_at = NULL,
      left_through = NULL, left_reason = NULL, left_comment = NULL
    WHERE id IN ${placeholders(1, rejoining.length)}`,
    [at, at, ...rejoining.map(({ known }) => known.subscriptionId)]
  )
  for (const { known } of rejoining)
    await giveBackUses(
      { scope: 'unsubscribe', subject: known.publicId, data: { list: list.publicId } },
      client
    )
}

async function insertTopics(members: Member[], { list }: Origin, client: QueryClientContract) {
  const choices = members.flatMap(({ person, subscriberId }) =>
    [...new Set(person.topics)].map((topic) => [subscriberId, topic])
  )
  if (choices.length === 0) return
  await rows(
    client,
    `WITH v (subscriber_id, topic_id) AS (VALUES ${placeholders(choices.length, 2)})
    INSERT INTO subscription_topics (subscription_id, topic_id)
    SELECT p.id, CAST(v.topic_id AS integer) FROM v
    JOIN subscriptions p ON p.subscriber_id = CAST(v.subscriber_id AS integer) AND p.list_id = ?
    WHERE true
    ON CONFLICT DO NOTHING`,
    [...choices.flat(), list.id]
  )
}

async function insertConsents(members: Member[], origin: Origin, client: QueryClientContract) {
  if (members.length === 0) return
  const { at, list, ref, consentText } = origin
  await rows(
    client,
    `INSERT INTO consent_events
      (at, subscriber_id, list_id, event, source, source_ref, consent_text)
    VALUES ${placeholders(members.length, 7)}`,
    members.flatMap(({ subscriberId }) => [
      at,
      subscriberId,
      list.id,
      'joined',
      'import',
      ref,
      consentText,
    ])
  )
}
