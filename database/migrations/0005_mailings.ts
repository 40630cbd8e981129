import { BaseSchema } from '@adonisjs/lucid/schema'

export default class extends BaseSchema {
  async up() {
    this.schema.createTable('mailings', (table) => {
      table.increments('id')
      table.string('public_id', 32).notNullable().unique()
      table.integer('list_id').notNullable().references('lists.id').onDelete('CASCADE')
      table.string('subject', 500).notNullable()
      table.string('body_format', 16).notNullable()
      table.text('body', 'longtext').notNullable()
      table.text('text_body', 'longtext').nullable()
      table.string('status', 16).notNullable().index()
      table.string('status_reason', 500).nullable()
      table.bigInteger('scheduled_at').nullable()
      table.bigInteger('prepared_at').nullable()
      table.bigInteger('started_at').nullable()
      table.bigInteger('finished_at').nullable()
      table.bigInteger('created_at').notNullable()
      table.bigInteger('updated_at').notNullable()
    })

    this.schema.createTable('mailing_topics', (table) => {
      table.integer('mailing_id').notNullable().references('mailings.id').onDelete('CASCADE')
      table.integer('topic_id').notNullable().references('topics.id').onDelete('CASCADE')
      table.primary(['mailing_id', 'topic_id'])
    })

    this.schema.createTable('deliveries', (table) => {
      table.bigIncrements('id')
      table.integer('mailing_id').notNullable().references('mailings.id').onDelete('CASCADE')
      table.integer('subscriber_id').notNullable().references('subscribers.id').onDelete('CASCADE')
      table.string('status', 16).notNullable()
      table.integer('attempts').notNullable().defaultTo(0)
      table.bigInteger('next_attempt_at').nullable()
      table.string('claimed_by', 64).nullable()
      table.bigInteger('lease_until').nullable()
      // From before the message is handed to the server until the outcome is known.
      table.bigInteger('attempt_started_at').nullable()
      table.string('message_id', 255).nullable()
      table.integer('smtp_code').nullable()
      table.string('smtp_status', 16).nullable()
      table.string('reason', 500).nullable()
      table.bigInteger('settled_at').nullable()
      table.unique(['mailing_id', 'subscriber_id'])
      table.index(['subscriber_id', 'status'])
      table.index(['mailing_id', 'status'])
    })

    this.defer(async (db) => {
      await db.rawQuery(
        "CREATE INDEX deliveries_open ON deliveries (mailing_id, id) WHERE status IN ('pending', 'deferred', 'claimed')"
      )
    })
  }

  async down() {
    this.schema.dropTable('deliveries')
    this.schema.dropTable('mailing_topics')
    this.schema.dropTable('mailings')
  }
}
