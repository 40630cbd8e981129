import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { giveBackUses } from '#request_tokens/main'
import type List from '#models/list'
import { newPublicId } from '#models/public_id'
import { jsonTable } from '../json_rows.js'
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
  const given = jsonTable(client, {
    public_id: 'text',
    email: 'text',
    email_key: 'text',
    email_hash: 'text',
    name: 'text',
    language: 'text',
    attributes: 'json',
  })
  const inserted = await rows<{ id: number; email_key: string }>(
    client,
    `INSERT INTO subscribers
      (public_id, email, email_key, email_hash, name, language, attributes, created_at, updated_at)
    SELECT given.*, CAST(? AS bigint), CAST(? AS bigint) FROM ${given} AS given WHERE true
    ON CONFLICT (email_key) DO UPDATE SET updated_at = subscribers.updated_at
    RETURNING id, email_key`,
    [origin.at, origin.at, JSON.stringify(people.map(subscriberCells))]
  )
  const ids = new Map(inserted.map((row) => [row.email_key, row.id]))
  return [...members, ...people.map((person) => ({ person, subscriberId: ids.get(person.key)! }))]
}

const subscriberCells = (person: Person) => [
  newPublicId(),
  person.address,
  person.key,
  person.hash,
  person.name,
  person.language,
  JSON.stringify(person.attributes),
]

async function updateSubscribers(
  changed: Rejoining[],
  { at }: Origin,
  client: QueryClientContract
) {
  if (changed.length === 0) return
  const given = jsonTable(client, {
    id: 'integer',
    name: 'text',
    language: 'text',
    attributes: 'json',
  })
  const cells = changed.map(({ person, known }) => [
    known.id,
    person.name ?? known.name,
    person.language ?? known.language,
    JSON.stringify({ ...known.attributes, ...person.attributes }),
  ])
  await rows(
    client,
    `UPDATE subscribers SET name = given.name, language = given.language,
      attributes = given.attributes, updated_at = ?
    FROM ${given} AS given WHERE subscribers.id = given.id`,
    [at, JSON.stringify(cells)]
  )
}

async function insertSubscriptions(
  members: Member[],
  { list, at }: Origin,
  client: QueryClientContract
) {
  if (members.length === 0) return
  const given = jsonTable(client, { subscriber_id: 'integer' })
  await rows(
    client,
    `INSERT INTO subscriptions (subscriber_id, list_id, status, joined_at, created_at, updated_at)
    SELECT given.subscriber_id, CAST(? AS integer), 'subscribed',
      CAST(? AS bigint), CAST(? AS bigint), CAST(? AS bigint)
    FROM ${given} AS given WHERE true ON CONFLICT (subscriber_id, list_id) DO NOTHING`,
    [list.id, at, at, at, JSON.stringify(members.map(({ subscriberId }) => [subscriberId]))]
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
  const given = jsonTable(client, { subscriber_id: 'integer', topic_id: 'integer' })
  await rows(
    client,
    `INSERT INTO subscription_topics (subscription_id, topic_id)
    SELECT p.id, given.topic_id FROM ${given} AS given
    JOIN subscriptions p ON p.subscriber_id = given.subscriber_id AND p.list_id = ?
    WHERE true ON CONFLICT DO NOTHING`,
    [JSON.stringify(choices), list.id]
  )
}

async function insertConsents(members: Member[], origin: Origin, client: QueryClientContract) {
  if (members.length === 0) return
  const { at, list, ref, consentText } = origin
  const given = jsonTable(client, { subscriber_id: 'integer' })
  await rows(
    client,
    `INSERT INTO consent_events
      (at, subscriber_id, list_id, event, source, source_ref, consent_text)
    SELECT CAST(? AS bigint), given.subscriber_id, CAST(? AS integer), 'joined', 'import',
      CAST(? AS text), CAST(? AS text)
    FROM ${given} AS given`,
    [at, list.id, ref, consentText, JSON.stringify(members.map((one) => [one.subscriberId]))]
  )
}
