import { BaseSchema } from '@adonisjs/lucid/schema'

export default class extends BaseSchema {
  async up() {
    this.schema.createTable('users', (table) => {
      table.increments('id')
      table.string('public_id', 32).notNullable().unique()
      table.string('email', 320).notNullable()
      table.string('email_key', 320).notNullable().unique()
      table.string('name', 120).nullable()
      table.string('role', 16).notNullable()
      table.string('password', 255).nullable()
      table.bigInteger('disabled_at').nullable()
      table.bigInteger('created_at').notNullable()
      table.bigInteger('updated_at').notNullable()
    })

    this.schema.createTable('staff_actions', (table) => {
      table.bigIncrements('id')
      table.bigInteger('at').notNullable().index()
      table.integer('user_id').nullable().references('users.id').onDelete('SET NULL')
      table.string('source', 16).notNullable()
      table.string('action', 64).notNullable()
      table.string('object', 64).nullable()
      table.string('ip', 45).nullable()
      table.json('details').nullable()
    })

    // As @adonisjs/session wants it: it writes dates, which are milliseconds on SQLite.
    this.schema.createTable('sessions', (table) => {
      table.string('id', 64).notNullable().primary()
      table.text('data').notNullable()
      table.string('user_id', 64).nullable().index()
      table.timestamp('expires_at', { useTz: true }).notNullable().index()
    })

    this.schema.createTable('rate_limits', (table) => {
      table.string('key', 255).notNullable().primary()
      table.integer('points', 9).notNullable().defaultTo(0)
      table.bigInteger('expire').unsigned()
    })
  }

  async down() {
    this.schema.dropTable('rate_limits')
    this.schema.dropTable('sessions')
    this.schema.dropTable('staff_actions')
    this.schema.dropTable('users')
  }
}
