import type { QueryClientContract } from '@adonisjs/lucid/types/database'

/** The rows of one statement; the drivers of SQLite and PostgreSQL wrap them differently. */
export async function rows<Row = Record<string, any>>(
  client: QueryClientContract,
  sql: string,
  bindings: unknown[] = []
): Promise<Row[]> {
  const result = await client.rawQuery(sql, bindings as any[])
  return Array.isArray(result) ? result : result.rows
}

/** `(?, ?), (?, ?)` for a multi-row VALUES. */
export function placeholders(count: number, width: number) {
  const tuple = `(${Array.from({ length: width }, () => '?').join(', ')})`
  return Array.from({ length: count }, () => tuple).join(', ')
}
