import { flags } from '@adonisjs/core/ace'
import auditConfig from '#config/audit'
import { lifetimeOf } from '#commands/_arguments'
import { Command } from '#commands/_command'
import { counted } from '#commands/_words'
import { pruneUses } from '#request_tokens/main'

export default class AuditPrune extends Command {
  static commandName = 'audit:prune'
  static description = 'Delete records of link uses that are older than AUDIT_RETENTION'
  static help = [
    'AUDIT_RETENTION is 400 days unless the settings say otherwise.',
    '',
    'Examples:',
    '{{ binaryName }} audit:prune',
    '{{ binaryName }} audit:prune --older-than 90d',
  ]

  @flags.string({ description: 'Another age than AUDIT_RETENTION, e.g. 90d' })
  declare olderThan: string

  async run() {
    const age = this.olderThan ?? auditConfig.retention
    const before = new Date(Date.now() - lifetimeOf(age, 'older-than') * 1000)
    const removed = await pruneUses({ before })
    this.print(
      { removed, before: before.toISOString() },
      `Deleted ${counted(removed, 'use')} from before ${before.toISOString()}.`
    )
  }
}
