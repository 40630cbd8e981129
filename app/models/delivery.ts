import { belongsTo } from '@adonisjs/lucid/orm'
import type { BelongsTo } from '@adonisjs/lucid/types/relations'
import { DeliverySchema } from '#database/schema'
import Mailing from '#models/mailing'
import Subscriber from '#models/subscriber'

export const DELIVERY_STATUSES = [
  'pending',
  'claimed',
  'sent',
  'deferred',
  'failed',
  'skipped',
  'uncertain',
] as const
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number]

/** One mailing for one subscriber: the ledger row that says what became of it. */
export default class Delivery extends DeliverySchema {
  declare status: DeliveryStatus

  @belongsTo(() => Mailing)
  declare mailing: BelongsTo<typeof Mailing>

  @belongsTo(() => Subscriber)
  declare subscriber: BelongsTo<typeof Subscriber>
}
