import { BaseSchema } from '@adonisjs/lucid/schema'

export default class extends BaseSchema {
  async up() {
    this.schema.createTable('subscribers', (table) => {
      table.increments('id')
      table.string('public_id', 32).notNullable().unique()
      table.string('email', 320).nullable()
      table.string('email_key', 320).nullable().unique()
      table.string('email_hash', 64).nullable()
      table.string('name', 200).nullable()
      table.string('language', 16).nullable()
      table.json('attributes').nullable()
      table.bigInteger('paused_until').nullable()
      table.integer('weekly_limit').nullable()
      table.bigInteger('erased_at').nullable()
      table.bigInteger('created_at').notNullable()
      table.bigInteger('updated_at').notNullable()
    })

    this.schema.createTable('subscriptions', (table) => {
      table.increments('id')
      table.integer('subscriber_id').notNullable().references('subscribers.id').onDelete('CASCADE')
      table.integer('list_id').notNullable().references('lists.id').onDelete('CASCADE')
      table.string('status', 16).notNullable()
      table.bigInteger('joined_at').nullable()
      table.bigInteger('left_at').nullable()
      table.string('left_reason', 64).nullable()
      table.text('left_comment').nullable()
      table.string('left_through', 32).nullable()
      table.bigInteger('created_at').notNullable()
      table.bigInteger('updated_at').notNullable()
      table.unique(['subscriber_id', 'list_id'])
      table.index(['list_id', 'status', 'subscriber_id'])
    })

    this.schema.createTable('subscription_topics', (table) => {
      table
        .integer('subscription_id')
        .notNullable()
        .references('subscriptions.id')
        .onDelete('CASCADE')
      table.integer('topic_id').notNullable().references('topics.id').onDelete('CASCADE')
      table.primary(['subscription_id', 'topic_id'])
      table.index(['topic_id', 'subscription_id'])
    })

    this.schema.createTable('consent_events', (table) => {
      table.bigIncrements('id')
      table.bigInteger('at').notNullable()
      table.integer('subscriber_id').notNullable().references('subscribers.id').onDelete('CASCADE')
      table.integer('list_id').nullable().references('lists.id').onDelete('SET NULL')
      table.string('event', 32).notNullable()
      table.string('source', 16).notNullable()
      table.string('source_ref', 64).nullable()
      table.string('ip', 45).nullable()
      table.string('user_agent', 512).nullable()
      table.text('consent_text').nullable()
      table.json('details').nullable()
      table.index(['subscriber_id', 'at'])
      table.index(['list_id', 'event', 'at'])
    })

    this.schema.createTable('suppressions', (table) => {
      table.increments('id')
      table.string('address_hash', 64).notNullable()
      table.string('scope', 32).notNullable().defaultTo('all')
      table.string('reason', 16).notNullable()
      table.string('note', 500).nullable()
      table.bigInteger('created_at').notNullable()
      table.unique(['address_hash', 'scope'])
    })

    this.schema.createTable('imports', (table) => {
      table.increments('id')
      table.string('public_id', 32).notNullable().unique()
      table.integer('list_id').notNullable().references('lists.id').onDelete('CASCADE')
      table.string('file_name', 255).notNullable()
      table.string('status', 16).notNullable()
      table.json('counts').nullable()
      table.text('consent_text').nullable()
      table.bigInteger('started_at').notNullable()
      table.bigInteger('finished_at').nullable()
    })
  }

  async down() {
    for (const table of [
      'imports',
      'suppressions',
      'consent_events',
      'subscription_topics',
      'subscriptions',
      'subscribers',
    ])
      this.schema.dropTable(table)
  }
}
