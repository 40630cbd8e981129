import db from '@adonisjs/lucid/services/db'

// The process keeps its signing keys between tests, so their table stays too.
const KEPT = ['adonis_schema', 'adonis_schema_versions', 'sqlite_sequence', 'signing_keys']

/**
 * Empties every table: `group.each.setup(() => emptyDatabase())`. Several connections share the
 * database, so one test cannot be wrapped in one transaction.
 */
export async function emptyDatabase() {
  const connection = db.connection()
  const tables = await connection.getAllTables(['public'])
  const names = tables
    .map((name) => name.replace(/^public\./, ''))
    .filter((name) => !KEPT.includes(name))
  if (connection.dialect.name === 'postgres') {
    await connection.rawQuery(`TRUNCATE ${names.map((name) => `"${name}"`).join(', ')} CASCADE`)
    return
  }
  await connection.rawQuery('PRAGMA foreign_keys = OFF')
  for (const name of names) await connection.rawQuery(`DELETE FROM "${name}"`)
  await connection.rawQuery('PRAGMA foreign_keys = ON')
}
