import type { Schema } from './types.js'

/**
 * Makes the tables of the request tokens. Call it from the `up` method of a migration.
 *
 * Every instant is a whole number of milliseconds since 1970-01-01T00:00:00Z: the same on SQLite and
 * PostgreSQL, and free of time zones.
 *
 * @param options.dataColumns keys of a token's `data` that get a column of their own, so that uses can
 * be found, and tokens revoked, by them. The same list belongs in `config/request_tokens.ts`.
 * @param options.indexed those of them by which uses are looked for; each costs every use an index
 * entry. @default all of `dataColumns`
 */
export function createRequestTokenTables(
  schema: Schema,
  options: { dataColumns?: string[]; indexed?: string[] } = {}
) {
  const { dataColumns = [], indexed = dataColumns } = options

  schema.createTable('signing_keys', (table) => {
    table.increments('id')
    table.string('kid', 32).notNullable().unique()
    table.string('algorithm', 16).notNullable()
    table.text('secret').notNullable()
    table.bigInteger('created_at').notNullable()
    table.bigInteger('retired_at').nullable()
  })

  schema.createTable('request_tokens', (table) => {
    table.bigIncrements('id')
    table.string('jti', 32).notNullable().unique()
    table.string('kid', 32).notNullable()
    table.string('subject', 64).nullable().index()
    table.string('scope', 32).notNullable()
    table.string('target', 255).notNullable()
    table.integer('max_uses').notNullable()
    table.integer('uses').notNullable().defaultTo(0)
    table.bigInteger('issued_at').notNullable()
    table.bigInteger('not_before').notNullable()
    table.bigInteger('expires_at').notNullable().index()
    table.text('data').nullable()
    for (const name of dataColumns) table.string(name, 64).nullable()
  })

  schema.createTable('request_token_uses', (table) => {
    table.bigIncrements('id')
    table.bigInteger('at').notNullable().index()
    table.string('kid', 32).nullable()
    table.string('jti', 32).nullable().index()
    table.string('subject', 64).nullable().index()
    table.string('scope', 32).nullable()
    table.string('outcome', 16).notNullable()
    table.string('method', 8).notNullable()
    table.string('path', 255).notNullable()
    table.string('ip', 45).nullable()
    table.string('user_agent', 512).nullable()
    table.integer('status_code').notNullable()
    table.string('request_id', 64).nullable()
    table.string('note', 64).nullable()
    table.integer('times').notNullable().defaultTo(1)
    table.string('flood_key', 96).nullable()
    for (const name of dataColumns) table.string(name, 64).nullable()
    for (const name of indexed) table.index(name)
  })
  // Partial: an index entry for each of the many uses that are no flood would only cost.
  schema.raw(
    'CREATE UNIQUE INDEX request_token_uses_flood ON request_token_uses (flood_key) WHERE flood_key IS NOT NULL'
  )

  schema.createTable('request_token_revocations', (table) => {
    table.increments('id')
    table.string('kind', 32).notNullable()
    table.string('value', 64).notNullable()
    table.bigInteger('at').notNullable()
    table.string('reason', 255).nullable()
    table.unique(['kind', 'value'])
  })
}

/** Drops what `createRequestTokenTables` made. */
export function dropRequestTokenTables(schema: Schema) {
  for (const name of [
    'request_token_revocations',
    'request_token_uses',
    'request_tokens',
    'signing_keys',
  ])
    schema.dropTable(name)
}
