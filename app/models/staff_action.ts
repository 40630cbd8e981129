import { belongsTo } from '@adonisjs/lucid/orm'
import type { BelongsTo } from '@adonisjs/lucid/types/relations'
import { StaffActionSchema } from '#database/schema'
import User from '#models/user'

/** Something done by staff, on a page or by a command. */
export default class StaffAction extends StaffActionSchema {
  @belongsTo(() => User)
  declare user: BelongsTo<typeof User>
}
