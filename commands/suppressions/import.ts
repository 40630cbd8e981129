import { args, flags } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'
import type { SuppressionReason } from '#subscribers/main'

export default class SuppressionsImport extends Command {
  static commandName = 'suppressions:import'
  static description = 'Suppress the addresses of a CSV file, e.g. from another system'

  @args.string({ description: 'A CSV file with a column of addresses' })
  declare file: string

  @flags.string({ description: 'Of those without a column "reason"', default: 'manual' })
  declare reason: SuppressionReason

  @flags.string({ description: 'Slug of the one list that it is about [every list]' })
  declare list?: string

  async run() {
    const { findList, importSuppressions } = await import('#subscribers/main')
    const list = this.list ? await findList(this.list) : null
    const { reason } = this
    const report = await importSuppressions(this.file, { reason, scope: list?.publicId })
    for (const { line, reason: fault } of report.faults) this.talk(`Line ${line}: ${fault}`)
    this.print(
      { rows: report.rows, suppressed: report.suppressed, rejected: report.rejected },
      `Suppressed ${report.suppressed.toLocaleString('en')} of ${report.rows.toLocaleString('en')} addresses; ${report.rejected.toLocaleString('en')} rejected.`
    )
  }
}
