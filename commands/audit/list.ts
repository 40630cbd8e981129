import { flags } from '@adonisjs/core/ace'
import { wholeNumberOf } from '#commands/_arguments'
import { filterOf, useCells, useDocument, USE_HEAD } from '#commands/_audit'
import { columns, Command } from '#commands/_command'
import { listUses } from '#request_tokens/main'

export default class AuditList extends Command {
  static commandName = 'audit:list'
  static description = 'Show what was done with links, the newest first'
  static help = [
    'Examples:',
    '{{ binaryName }} audit:list --outcome expired --since 7d',
    '{{ binaryName }} audit:list --subscriber ada@example.org --limit 10 --json',
  ]

  @flags.string({ description: 'Only this outcome, e.g. used, viewed, replayed or expired' })
  declare outcome: string

  @flags.string({ description: 'Only links of this scope, e.g. unsubscribe' })
  declare scope: string

  @flags.string({ description: 'Only links of the subscriber with this e-mail address' })
  declare subscriber: string

  @flags.string({ description: 'Only links of the mailing with this id' })
  declare mailing: string

  @flags.string({ description: 'Only from this time on: 2026-11-24T09:00:00Z, or 7d' })
  declare since: string

  @flags.number({ description: 'How many at most; 50 unless you say otherwise' })
  declare limit: number

  async run() {
    const limit = wholeNumberOf(this.limit ?? 50, 'limit', 100_000)
    const uses = await listUses({ ...(await filterOf(this)), limit })
    if (uses.length === 0 && !this.json) return this.talk('No such use is on record.')
    this.print(uses.map(useDocument), columns(USE_HEAD, uses.map(useCells)))
  }
}
