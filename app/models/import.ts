import { beforeCreate, belongsTo } from '@adonisjs/lucid/orm'
import type { BelongsTo } from '@adonisjs/lucid/types/relations'
import { ImportSchema } from '#database/schema'
import List from '#models/list'
import { newPublicId } from '#models/public_id'

/** One run of an import: where subscribers came from. */
export default class Import extends ImportSchema {
  @belongsTo(() => List)
  declare list: BelongsTo<typeof List>

  @beforeCreate()
  static assignPublicId(row: Import) {
    row.publicId ??= newPublicId()
  }
}
