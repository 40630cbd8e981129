import { BaseSchema } from '@adonisjs/lucid/schema'

export default class extends BaseSchema {
  async up() {
    this.schema.createTable('lists', (table) => {
      table.increments('id')
      table.string('public_id', 32).notNullable().unique()
      table.string('slug', 64).notNullable().unique()
      table.string('name', 120).notNullable()
      table.text('description').nullable()
      table.string('from_name', 120).nullable()
      table.string('from_address', 320).nullable()
      table.string('postal_address', 500).nullable()
      table.string('language', 16).notNullable().defaultTo('en')
      table.string('time_zone', 64).notNullable().defaultTo('UTC')
      table.string('colour', 16).nullable()
      table.boolean('double_opt_in').notNullable().defaultTo(true)
      table.boolean('is_public').notNullable().defaultTo(false)
      table.text('consent_text').nullable()
      table.bigInteger('created_at').notNullable()
      table.bigInteger('updated_at').notNullable()
    })

    this.schema.createTable('topics', (table) => {
      table.increments('id')
      table.string('public_id', 32).notNullable().unique()
      table.integer('list_id').notNullable().references('lists.id').onDelete('CASCADE')
      table.string('slug', 64).notNullable()
      table.string('name', 120).notNullable()
      table.text('description').nullable()
      table.bigInteger('created_at').notNullable()
      table.unique(['list_id', 'slug'])
    })
  }

  async down() {
    this.schema.dropTable('topics')
    this.schema.dropTable('lists')
  }
}
