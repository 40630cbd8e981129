import { beforeCreate, belongsTo } from '@adonisjs/lucid/orm'
import type { BelongsTo } from '@adonisjs/lucid/types/relations'
import { TopicSchema } from '#database/schema'
import { newPublicId } from '#models/public_id'
import List from '#models/list'

/** A part of a list that can be chosen by itself. */
export default class Topic extends TopicSchema {
  @belongsTo(() => List)
  declare list: BelongsTo<typeof List>

  @beforeCreate()
  static assignPublicId(topic: Topic) {
    topic.publicId ??= newPublicId()
  }
}
