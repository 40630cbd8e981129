import { flags } from '@adonisjs/core/ace'
import { Command, columns } from '#commands/_command'

export default class SuppressionsList extends Command {
  static commandName = 'suppressions:list'
  static description = 'Show the suppressions, newest first; addresses are kept as hashes only'

  @flags.string({ description: 'Only those of this address' })
  declare email?: string

  @flags.number({ description: 'How many at most', default: 100 })
  declare limit: number

  async run() {
    const { listSuppressions } = await import('#subscribers/main')
    const found = await listSuppressions({ address: this.email, limit: this.limit })
    if (found.length === 0) this.talk('No address is suppressed.')
    const rows = found.map((one) => [
      one.at,
      one.reason,
      one.list ?? 'every list',
      one.hash.slice(0, 12),
      one.note,
    ])
    this.print(
      found,
      found.length > 0 ? columns(['since', 'reason', 'list', 'hash', 'note'], rows) : []
    )
  }
}
