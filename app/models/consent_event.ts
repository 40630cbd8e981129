import { belongsTo } from '@adonisjs/lucid/orm'
import type { BelongsTo } from '@adonisjs/lucid/types/relations'
import { ConsentEventSchema } from '#database/schema'
import List from '#models/list'
import Subscriber from '#models/subscriber'

/** Proof of consent, or of its withdrawal (GDPR Art 7(1)). Rows are added, never changed. */
export default class ConsentEvent extends ConsentEventSchema {
  @belongsTo(() => Subscriber)
  declare subscriber: BelongsTo<typeof Subscriber>

  @belongsTo(() => List)
  declare list: BelongsTo<typeof List>
}
