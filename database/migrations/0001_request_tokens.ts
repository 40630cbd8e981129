import { BaseSchema } from '@adonisjs/lucid/schema'
import { createRequestTokenTables, dropRequestTokenTables } from '#request_tokens/main'

export default class extends BaseSchema {
  async up() {
    createRequestTokenTables(this.schema, {
      dataColumns: ['list', 'mailing'],
      indexed: ['mailing'],
    })
  }

  async down() {
    dropRequestTokenTables(this.schema)
  }
}
