import { args, flags } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'

export default class SuppressionsRemove extends Command {
  static commandName = 'suppressions:remove'
  static description = 'Let an address get mail again that bounced or was suppressed by staff'

  @args.string({ description: 'The address' })
  declare email: string

  @flags.string({ description: 'Why, in words; it is recorded (needed)' })
  declare reason?: string

  @flags.string({ description: 'Slug of the one list that it is about [every list]' })
  declare list?: string

  async run() {
    const { findList, liftSuppression } = await import('#subscribers/main')
    const list = this.list ? await findList(this.list) : null
    await liftSuppression(this.email, { scope: list?.publicId, because: this.reason ?? '' })
    this.print({ suppressed: false }, 'Lifted 1 suppression.')
  }
}
