import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import type List from '#models/list'
import { jsonValues } from '../json_rows.js'
import { rows } from '../rows.js'
import { EVERY_LIST_SCOPES, strength } from '../suppressions.js'
import type { Person } from './person.js'

/** What the database says of a person of the file. */
export interface Known {
  id: number
  publicId: string
  name: string | null
  language: string | null
  attributes: Record<string, string>
  subscriptionId: number | null
  status: string | null
  leftAt: number | null
}

/** A person of the file, and what is to be done with them. */
export type Decision =
  | { verdict: 'created' | 'rejoined'; person: Person; known: Known | null }
  | { verdict: 'updated' | 'unchanged'; person: Person; known: Known }
  | { verdict: 'keptUnsubscribed' | 'suppressed'; person: Person; reason: string }

interface Rules {
  list: List
  resubscribe: boolean
}

/** Compares one batch with the database. Reads only. */
export async function decide(
  people: Person[],
  rules: Rules,
  client: QueryClientContract
): Promise<Decision[]> {
  if (people.length === 0) return []
  const suppressed = await suppressedAmong(people, rules.list, client)
  const known = await knownAmong(people, rules.list, client)
  return people.map((person) => {
    const reason = suppressed.get(person.hash)
    if (reason) return { verdict: 'suppressed', person, reason: `Gets no mail (${reason}).` }
    return decideOne(person, known.get(person.key) ?? null, rules)
  })
}

function decideOne(person: Person, known: Known | null, { resubscribe }: Rules): Decision {
  if (!known?.status) return { verdict: 'created', person, known }
  if (known.status === 'unsubscribed') {
    if (resubscribe) return { verdict: 'rejoined', person, known }
    const day = known.leftAt ? ` on ${new Date(known.leftAt).toISOString().slice(0, 10)}` : ''
    return { verdict: 'keptUnsubscribed', person, reason: `Left the list${day}.` }
  }
  return { verdict: differs(person, known) ? 'updated' : 'unchanged', person, known }
}

/** Whether the row says something new. */
export function differs(person: Person, known: Known) {
  return (
    (person.name !== null && person.name !== known.name) ||
    (person.language !== null && person.language !== known.language) ||
    Object.entries(person.attributes).some(([name, value]) => known.attributes[name] !== value)
  )
}

async function suppressedAmong(people: Person[], list: List, client: QueryClientContract) {
  const found = await rows(
    client,
    `SELECT address_hash, reason FROM suppressions
    WHERE address_hash IN ${jsonValues(client)} AND scope IN (${EVERY_LIST_SCOPES}, ?)
    ORDER BY ${strength('reason')}`,
    [JSON.stringify(people.map(({ hash }) => hash)), list.publicId]
  )
  return new Map<string, string>(found.map((row) => [row.address_hash, row.reason]))
}

async function knownAmong(people: Person[], list: List, client: QueryClientContract) {
  const found = await rows(
    client,
    `SELECT s.id, s.public_id, s.email_key, s.name, s.language, s.attributes,
      p.id AS subscription_id, p.status, p.left_at
    FROM subscribers s LEFT JOIN subscriptions p ON p.subscriber_id = s.id AND p.list_id = ?
    WHERE s.email_key IN ${jsonValues(client)}`,
    [list.id, JSON.stringify(people.map(({ key }) => key))]
  )
  return new Map<string, Known>(found.map((row) => [row.email_key, knownFrom(row)]))
}

function knownFrom(row: Record<string, any>): Known {
  const { attributes } = row
  return {
    id: row.id,
    publicId: row.public_id,
    name: row.name,
    language: row.language,
    attributes: (typeof attributes === 'string' ? JSON.parse(attributes) : attributes) ?? {},
    subscriptionId: row.subscription_id,
    status: row.status,
    leftAt: row.left_at === null ? null : Number(row.left_at),
  }
}
