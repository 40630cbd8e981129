import type { QueryClientContract } from '@adonisjs/lucid/types/database'

type Columns = Record<string, 'text' | 'bigint' | 'integer'>

/*
 * Many rows in one statement whose text never changes, so that it is prepared once: they travel as
 * one JSON text, which either database takes apart by itself.
 */

/** `SELECT a, b FROM …` over the rows of one JSON value. */
export function selectJsonRows(client: QueryClientContract, columns: Columns) {
  const names = Object.keys(columns)
  if (client.dialect.name === 'postgres') {
    const typed = names.map((name) => `${name} ${columns[name]}`).join(', ')
    return `SELECT ${names.join(', ')} FROM jsonb_to_recordset(?::jsonb) AS given(${typed}) WHERE true`
  }
  const taken = names.map((name) => `value->>'${name}' AS ${name}`).join(', ')
  return `SELECT ${taken} FROM json_each(?) WHERE true`
}

/** `INSERT INTO table (a, b) SELECT …` from the rows of one JSON value. */
export function insertJsonRows(client: QueryClientContract, table: string, columns: Columns) {
  const names = Object.keys(columns).join(', ')
  return `INSERT INTO ${table} (${names}) ${selectJsonRows(client, columns)}`
}

/** The value for such a statement. */
export function jsonRows(rows: object[]) {
  return JSON.stringify(rows)
}
