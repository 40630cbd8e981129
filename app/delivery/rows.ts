import type { QueryClientContract } from '@adonisjs/lucid/types/database'

/** The rows of one statement; the drivers of SQLite and PostgreSQL wrap them differently. */
export async function rows<Row = Record<string, any>>(
  client: QueryClientContract,
  sql: string,
  bindings: unknown[]
): Promise<Row[]> {
  const result = await client.rawQuery(sql, bindings as any[])
  return Array.isArray(result) ? result : result.rows
}

export const marks = (values: unknown[]) => values.map(() => '?').join(', ')
