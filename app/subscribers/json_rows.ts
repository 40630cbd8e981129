import type { QueryClientContract } from '@adonisjs/lucid/types/database'

type ColumnType = 'text' | 'bigint' | 'integer' | 'json'

/*
 * Many rows in one binding, as JSON that the database takes apart by itself. A VALUES list of
 * thousands of bindings costs three times as much to build and to parse.
 */

/** The rows of one JSON binding as a table to select from; each row is an array in that order. */
export function jsonTable(client: QueryClientContract, columns: Record<string, ColumnType>) {
  const isPostgres = client.dialect.name === 'postgres'
  const cells = Object.entries(columns).map(([name, type], i) => {
    const cell = `value ->> ${i}`
    return isPostgres ? `CAST(${cell} AS ${type}) AS ${name}` : `${cell} AS ${name}`
  })
  const source = isPostgres
    ? 'json_array_elements(CAST(? AS json)) AS each (value)'
    : 'json_each(?)'
  return `(SELECT ${cells.join(', ')} FROM ${source})`
}

/** The values of one JSON binding, for IN. */
export function jsonValues(client: QueryClientContract) {
  return client.dialect.name === 'postgres'
    ? '(SELECT json_array_elements_text(CAST(? AS json)))'
    : '(SELECT value FROM json_each(?))'
}
