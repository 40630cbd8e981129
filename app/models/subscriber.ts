import { beforeCreate, hasMany } from '@adonisjs/lucid/orm'
import type { HasMany } from '@adonisjs/lucid/types/relations'
import { SubscriberSchema } from '#database/schema'
import { newPublicId } from '#models/public_id'
import Subscription from '#models/subscription'

/** A person with an address. After erasure the row stays, empty, for the records that point to it. */
export default class Subscriber extends SubscriberSchema {
  @hasMany(() => Subscription)
  declare subscriptions: HasMany<typeof Subscription>

  @beforeCreate()
  static assignPublicId(subscriber: Subscriber) {
    subscriber.publicId ??= newPublicId()
  }

  get isErased() {
    return this.erasedAt !== null && this.erasedAt !== undefined
  }
}
