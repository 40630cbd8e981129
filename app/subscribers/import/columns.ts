import { SubscriberError } from '../errors.js'

export const FIELDS = ['email', 'name', 'first_name', 'last_name', 'language', 'topics'] as const
export type Field = (typeof FIELDS)[number]

/** Where in a row each field stands, and what else is kept. */
export interface Columns {
  fields: Partial<Record<Field, number>> & { email: number }
  attributes: { name: string; index: number }[]
  width: number
}

/** How headers call a field, without spaces, hyphens and case; the surest name first. */
const NAMES: Record<Field, string[]> = {
  email: ['email', 'emailaddress', 'mail', 'mailaddress', 'subscriberemail', 'address'],
  name: ['name', 'fullname', 'displayname'],
  first_name: ['firstname', 'givenname', 'forename'],
  last_name: ['lastname', 'surname', 'familyname'],
  language: ['language', 'lang', 'locale'],
  topics: ['topics', 'topic', 'interests'],
}

/**
 * Finds out what the columns of a file are, from their names.
 *
 * @param map the user's word: field → column name
 * @throws SubscriberError that lists the columns
 */
export function assignColumns(header: string[], map: Record<string, string> = {}): Columns {
  const mapped = mappedColumns(header, map)
  const taken = new Set(Object.values(mapped))
  const guessed = Object.fromEntries(
    FIELDS.filter((field) => mapped[field] === undefined)
      .map((field) => [field, guess(header, field, taken)] as const)
      .filter(([, index]) => index >= 0)
  )
  const fields = { ...guessed, ...mapped } as Columns['fields']
  if (fields.email === undefined) throw noAddress(header)
  return { fields, attributes: attributeColumns(header, fields), width: header.length }
}

function mappedColumns(header: string[], map: Record<string, string>) {
  const indexes: Partial<Record<Field, number>> = {}
  for (const [field, column] of Object.entries(map)) {
    if (!FIELDS.includes(field as Field))
      throw new SubscriberError(`There is no field "${field}". Map one of: ${FIELDS.join(', ')}.`)
    const index = columnNamed(header, column)
    if (index < 0)
      throw new SubscriberError(
        `There is no column "${column}". The columns are: ${shown(header)}.`
      )
    indexes[field as Field] = index
  }
  return indexes
}

function columnNamed(header: string[], column: string) {
  const exact = header.indexOf(column.trim())
  return exact >= 0 ? exact : header.findIndex((name) => plain(name) === plain(column))
}

function guess(header: string[], field: Field, taken: Set<number>) {
  const names = header.map((name, i) => (taken.has(i) ? '' : plain(name)))
  for (const name of NAMES[field]) {
    const found = names.flatMap((one, i) => (one === name ? [i] : []))
    if (found.length > 1) throw twice(header[found[0]])
    if (found.length === 1) return found[0]
  }
  return -1
}

/** First and last names are kept as attributes too: greetings use them. */
function attributeColumns(header: string[], fields: Columns['fields']) {
  const fieldOf = new Map(Object.entries(fields).map(([field, index]) => [index, field]))
  const attributes = header.flatMap((title, index) => {
    const field = fieldOf.get(index)
    const name = field ?? title
    const isKept = title && (!field || field === 'first_name' || field === 'last_name')
    return isKept && !isOurOwn(header, index) ? [{ name, index }] : []
  })
  const names = attributes.map(({ name }) => name)
  const double = names.find((name, i) => names.indexOf(name) !== i)
  if (double) throw twice(double)
  return attributes
}

/** A corrected file of rejects, and an export, can be imported as they are. */
function isOurOwn(header: string[], index: number) {
  const isOfRejects = header[0] === 'line' && header[1] === 'reason' && index < 2
  return isOfRejects || header[index] === 'joined_at'
}

const plain = (name: string) => name.toLowerCase().replace(/[\s_.-]+/g, '')
const shown = (header: string[]) => header.map((name) => `"${name.slice(0, 60)}"`).join(', ')

const twice = (name: string) =>
  new SubscriberError(`Two columns are called "${name}". Give each its own name.`)

function noAddress(header: string[]) {
  if (header.some((name) => /^\S+@\S+\.\S+$/.test(name)))
    return new SubscriberError(
      'The file has no header: its first line holds an address. Put column names there, e.g. email,name.'
    )
  return new SubscriberError(
    `No column is called email. The columns are: ${shown(header)}. Say which holds the address: --map email=COLUMN.`
  )
}
