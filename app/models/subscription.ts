import { belongsTo, manyToMany } from '@adonisjs/lucid/orm'
import type { BelongsTo, ManyToMany } from '@adonisjs/lucid/types/relations'
import { SubscriptionSchema } from '#database/schema'
import List from '#models/list'
import Subscriber from '#models/subscriber'
import Topic from '#models/topic'

/** `pending`: asked for, not yet confirmed. `subscribed`: gets mail. `unsubscribed`: left. */
export type SubscriptionStatus = 'pending' | 'subscribed' | 'unsubscribed'

/** One subscriber on one list. */
export default class Subscription extends SubscriptionSchema {
  declare status: SubscriptionStatus

  @belongsTo(() => Subscriber)
  declare subscriber: BelongsTo<typeof Subscriber>

  @belongsTo(() => List)
  declare list: BelongsTo<typeof List>

  /** The topics chosen. A mailing for some topics goes to those who chose one of them. */
  @manyToMany(() => Topic, { pivotTable: 'subscription_topics' })
  declare topics: ManyToMany<typeof Topic>

  get hasLeft() {
    return this.status === 'unsubscribed'
  }
}
