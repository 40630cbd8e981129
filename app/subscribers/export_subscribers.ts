import { stringify } from 'csv-stringify/sync'
import db from '@adonisjs/lucid/services/db'
import type List from '#models/list'
import { disarm } from './formulas.js'
import { rows } from './rows.js'
import { EVERY_LIST_SCOPES } from './suppressions.js'

export const EXPORT_FORMATS = ['csv', 'jsonl'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

const PAGE_ROWS = 2000
const COLUMNS = ['email', 'name', 'language', 'topics', 'joined_at']

interface Exported {
  email: string
  name: string | null
  language: string | null
  /** Slugs. */
  topics: string[]
  joinedAt: string | null
  attributes: Record<string, string>
}

/**
 * The people who get mail from a list: neither those who have left nor those who are suppressed
 * (15 U.S.C. 7704(a)(4)(A)(iv)). CSV as in RFC 4180, with what a spreadsheet would run disarmed; an
 * import undoes that. In pieces, in constant memory.
 */
export async function* exportSubscribers(list: List, format: ExportFormat): AsyncGenerator<string> {
  if (format === 'jsonl') {
    for await (const page of pages(list))
      yield page.map((person) => `${JSON.stringify(person)}\n`).join('')
    return
  }
  const attributes = await attributeNames(list)
  yield csv([[...COLUMNS, ...attributes]])
  for await (const page of pages(list)) yield csv(page.map((person) => cells(person, attributes)))
}

const csv = (lines: string[][]) =>
  stringify(
    lines.map((line) => line.map(disarm)),
    { record_delimiter: 'windows' }
  )

function cells(person: Exported, attributes: string[]) {
  return [
    person.email,
    person.name ?? '',
    person.language ?? '',
    person.topics.join('; '),
    person.joinedAt ?? '',
    ...attributes.map((name) => String(person.attributes[name] ?? '')),
  ]
}

/** The columns of a CSV must be known before its first row. */
async function attributeNames(list: List) {
  const names = new Set<string>()
  for await (const page of pages(list))
    for (const person of page) for (const name of Object.keys(person.attributes)) names.add(name)
  return [...names].filter((name) => !COLUMNS.includes(name)).sort()
}

async function* pages(list: List): AsyncGenerator<Exported[]> {
  const topics = await list.related('topics').query()
  const slugs = new Map(topics.map((topic) => [topic.id, topic.slug]))
  let last = 0
  for (;;) {
    const found = await peopleAfter(last, list)
    if (found.length === 0) return
    last = found.at(-1)!.subscriber_id
    const chosen = await topicsOf(found[0].subscriber_id, last, list, slugs)
    yield found.map((row) => exported(row, chosen.get(row.subscription_id) ?? []))
  }
}

function peopleAfter(last: number, list: List) {
  return rows(
    db.connection(),
    `SELECT p.id AS subscription_id, p.subscriber_id, p.joined_at,
      s.email, s.name, s.language, s.attributes
    FROM subscriptions p JOIN subscribers s ON s.id = p.subscriber_id
    WHERE p.list_id = ? AND p.status = 'subscribed' AND p.subscriber_id > ?
      AND s.erased_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM suppressions x
        WHERE x.address_hash = s.email_hash AND x.scope IN (${EVERY_LIST_SCOPES}, ?))
    ORDER BY p.subscriber_id LIMIT ${PAGE_ROWS}`,
    [list.id, last, list.publicId]
  )
}

async function topicsOf(first: number, last: number, list: List, slugs: Map<number, string>) {
  const chosen = new Map<number, string[]>()
  if (slugs.size === 0) return chosen
  const found = await rows(
    db.connection(),
    `SELECT st.subscription_id, st.topic_id FROM subscriptions p
    JOIN subscription_topics st ON st.subscription_id = p.id
    WHERE p.list_id = ? AND p.status = 'subscribed' AND p.subscriber_id BETWEEN ? AND ?
    ORDER BY st.topic_id`,
    [list.id, first, last]
  )
  for (const row of found) {
    const before = chosen.get(row.subscription_id) ?? []
    chosen.set(row.subscription_id, [...before, slugs.get(row.topic_id)!])
  }
  return chosen
}

function exported(row: Record<string, any>, topics: string[]): Exported {
  const { attributes } = row
  return {
    email: row.email,
    name: row.name,
    language: row.language,
    topics,
    joinedAt: row.joined_at === null ? null : new Date(Number(row.joined_at)).toISOString(),
    attributes: (typeof attributes === 'string' ? JSON.parse(attributes) : attributes) ?? {},
  }
}
