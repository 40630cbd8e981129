import { args, flags } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'
import type { SuppressionReason } from '#subscribers/main'

export default class SuppressionsAdd extends Command {
  static commandName = 'suppressions:add'
  static description = 'Make sure that an address gets no mail'

  @args.string({ description: 'The address; only a keyed hash of it is kept' })
  declare email: string

  @flags.string({
    description: 'manual, bounce, objection, complaint or erased',
    default: 'manual',
  })
  declare reason: SuppressionReason

  @flags.string({ description: 'Slug of the one list that it is about [every list]' })
  declare list?: string

  @flags.string({ description: 'A remark; no address, no name' })
  declare note?: string

  async run() {
    const { findList, suppress } = await import('#subscribers/main')
    const list = this.list ? await findList(this.list) : null
    const { reason, note } = this
    await suppress(this.email, { reason, note, scope: list?.publicId })
    this.print(
      { suppressed: true, reason, list: list?.slug ?? null },
      `Suppressed 1 address on ${list ? `"${list.name}"` : 'every list'}.`
    )
  }
}
