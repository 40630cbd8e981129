import { beforeCreate, belongsTo, hasMany, manyToMany } from '@adonisjs/lucid/orm'
import type { BelongsTo, HasMany, ManyToMany } from '@adonisjs/lucid/types/relations'
import { MailingSchema } from '#database/schema'
import Delivery from '#models/delivery'
import List from '#models/list'
import { newPublicId } from '#models/public_id'
import Topic from '#models/topic'

export type MailingStatus =
  'draft' | 'scheduled' | 'sending' | 'paused' | 'held' | 'halted' | 'sent' | 'cancelled'

/** One message written for one list, or for some of its topics. */
export default class Mailing extends MailingSchema {
  declare status: MailingStatus
  declare bodyFormat: 'markdown' | 'html'

  @belongsTo(() => List)
  declare list: BelongsTo<typeof List>

  @manyToMany(() => Topic, { pivotTable: 'mailing_topics' })
  declare topics: ManyToMany<typeof Topic>

  @hasMany(() => Delivery)
  declare deliveries: HasMany<typeof Delivery>

  @beforeCreate()
  static assignPublicId(mailing: Mailing) {
    mailing.publicId ??= newPublicId()
  }
}
