import type { SubjectQuery } from '#request_tokens/main'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type { SubscriptionStatus } from '#models/subscription'
import Subscriber from '#models/subscriber'
import { jsonTable } from './json_rows.js'
import { rows } from './rows.js'

/** The list that a link is about. */
export interface LinkList {
  /** Row number: never show it. */
  id: number
  publicId: string
  slug: string
  name: string
  colour: string | null
  language: string
  /** Where questions go. */
  fromAddress: string | null
}

/** The person behind a link, with the list that the link is about. */
export type LinkSubscriber = Subscriber & {
  email: string
  /** Null only for a link that names no list. */
  list: LinkList | null
  /** On that list; null when there is no subscription (any more). */
  status: SubscriptionStatus | null
}

const SUBSCRIBER_COLUMNS = ['id', 'public_id', 'email', 'email_hash', 'name', 'language']

const COLUMNS = `
  ${SUBSCRIBER_COLUMNS.map((name) => `s.${name}`).join(', ')},
  l.id AS list_id, l.public_id AS list_public_id, l.slug, l.name AS list_name, l.colour,
  l.language AS list_language, l.from_address, p.status`

/**
 * Loads the people behind several links in one statement, in the order of the queries. Null for one
 * who is erased, and where the link's list is gone.
 */
export async function loadLinkSubscribers(
  queries: SubjectQuery[],
  client: QueryClientContract
): Promise<(LinkSubscriber | null)[]> {
  if (queries.length === 0) return []
  const found = await rows(
    client,
    `SELECT ${COLUMNS} FROM ${jsonTable(client, { subject: 'text', list: 'text' })} AS asked
    JOIN subscribers s ON s.public_id = asked.subject AND s.erased_at IS NULL
    LEFT JOIN lists l ON l.public_id = asked.list
    LEFT JOIN subscriptions p ON p.subscriber_id = s.id AND p.list_id = l.id`,
    [JSON.stringify(queries.map((query) => [query.subject, listOf(query)]))]
  )
  const people = new Map(found.map((row) => [keyOf(row.public_id, row.list_public_id), row]))
  return queries.map((query) => {
    const row = people.get(keyOf(query.subject, listOf(query) || null))
    return row ? linkSubscriber(row) : null
  })
}

const listOf = ({ data }: SubjectQuery) => (typeof data.list === 'string' ? data.list : '')
const keyOf = (subject: string, list: string | null) => `${subject} ${list ?? ''}`

function linkSubscriber(row: Record<string, any>): LinkSubscriber {
  const attributes = Object.fromEntries(SUBSCRIBER_COLUMNS.map((name) => [name, row[name]]))
  const subscriber = Subscriber.$createFromAdapterResult(attributes)!
  const list = row.list_id ? linkList(row) : null
  return Object.assign(subscriber, { email: row.email, status: row.status, list })
}

function linkList(row: Record<string, any>): LinkList {
  return {
    id: row.list_id,
    publicId: row.list_public_id,
    slug: row.slug,
    name: row.list_name,
    colour: row.colour,
    language: row.list_language,
    fromAddress: row.from_address,
  }
}
