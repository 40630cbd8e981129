import type Topic from '#models/topic'
import { addressHash } from '../address_hash.js'
import { normaliseAddress } from '../email_address.js'
import { SubscriberError } from '../errors.js'
import { rearm } from '../formulas.js'
import { canonicalLanguage, personName } from '../profile.js'
import type { Columns, Field } from './columns.js'
import type { CsvRow } from './csv_file.js'

/** What a row says of a person. What it leaves empty is not changed. */
export interface Person {
  row: CsvRow
  address: string
  key: string
  hash: string
  name: string | null
  language: string | null
  /** Row numbers. */
  topics: number[]
  attributes: Record<string, string>
}

const MAX_ATTRIBUTES_CHARACTERS = 20_000

/** @throws SubscriberError with what is wrong with the row */
export function readPerson(row: CsvRow, columns: Columns, topics: Topic[]): Person {
  if (row.cells.length !== columns.width)
    throw new SubscriberError(
      `The row has ${row.cells.length} cells where the header has ${columns.width}.`
    )
  const cell = (field: Field) => {
    const index = columns.fields[field]
    return index === undefined ? '' : rearm(row.cells[index]).trim()
  }
  const { address, key } = normaliseAddress(cell('email'))
  const language = cell('language')
  return {
    row,
    address,
    key,
    hash: addressHash(key),
    name: personName(cell('name') || `${cell('first_name')} ${cell('last_name')}`),
    language: language ? canonicalLanguage(language) : null,
    topics: topicsNamed(cell('topics'), topics),
    attributes: readAttributes(row, columns),
  }
}

function topicsNamed(text: string, topics: Topic[]) {
  if (!text) return []
  const names = text.split(/[,;|]/).map((name) => name.trim().toLowerCase())
  return names.filter(Boolean).map((name) => {
    const topic = topics.find((one) => one.slug === name || one.name.toLowerCase() === name)
    if (topic) return topic.id
    throw new SubscriberError(`The list has no topic "${name}".`)
  })
}

function readAttributes(row: CsvRow, columns: Columns) {
  const attributes: Record<string, string> = {}
  let size = 0
  for (const { name, index } of columns.attributes) {
    const value = rearm(row.cells[index])
    if (value === '') continue
    attributes[name] = value
    size += value.length
  }
  if (size > MAX_ATTRIBUTES_CHARACTERS)
    throw new SubscriberError(
      `The row holds more than ${MAX_ATTRIBUTES_CHARACTERS} characters besides the address and name.`
    )
  return attributes
}
