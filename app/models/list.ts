import { beforeCreate, hasMany } from '@adonisjs/lucid/orm'
import type { HasMany } from '@adonisjs/lucid/types/relations'
import { ListSchema } from '#database/schema'
import { newPublicId } from '#models/public_id'
import Subscription from '#models/subscription'
import Topic from '#models/topic'

/** What one subscribes to. */
export default class List extends ListSchema {
  @hasMany(() => Topic)
  declare topics: HasMany<typeof Topic>

  @hasMany(() => Subscription)
  declare subscriptions: HasMany<typeof Subscription>

  @beforeCreate()
  static assignPublicId(list: List) {
    list.publicId ??= newPublicId()
  }
}
