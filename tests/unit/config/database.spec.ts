import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'

const onPostgres = () => db.connection().dialect.name === 'postgres'

/** The one value that a PRAGMA gives. */
async function pragma(connection: string, name: string) {
  const [row] = await db.connection(connection).rawQuery(`PRAGMA ${name}`)
  return Object.values(row)[0]
}

test.group('Database settings | SQLite', () => {
  test('the connection {$self} is durable, waits for others and keeps foreign keys [OPS-6, OPS-7]')
    .with(['main', 'uses', 'worker'])
    .run(async ({ assert }, connection) => {
      assert.equal(await pragma(connection, 'journal_mode'), 'wal')
      assert.equal(await pragma(connection, 'synchronous'), 2) // FULL
      assert.isAtLeast(Number(await pragma(connection, 'busy_timeout')), 5000)
      assert.equal(await pragma(connection, 'foreign_keys'), 1)
    })
    .skip(onPostgres, 'SQLite only')
})
