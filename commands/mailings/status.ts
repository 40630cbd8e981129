import { setTimeout as sleep } from 'node:timers/promises'
import { args, flags } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'
import { sentence, statusLines } from '#commands/mailings/_report'

const BETWEEN_LOOKS = 1_000
const UNDER_WAY = ['scheduled', 'sending']

export default class MailingsStatus extends Command {
  static commandName = 'mailings:status'
  static description = 'Show how far a mailing is, and what went wrong'

  @args.string({ description: 'Id of the mailing' })
  declare id: string

  @flags.boolean({ description: 'Look again each second until it is over' })
  declare watch?: boolean

  async run() {
    const { mailingStatus, troublesOf } = await import('#delivery/main')
    let report = await mailingStatus(this.id)
    while (this.watch && UNDER_WAY.includes(report.status)) {
      this.progress(sentence(report))
      await sleep(BETWEEN_LOOKS)
      report = await mailingStatus(this.id)
    }
    this.endProgress()
    this.print(report, statusLines(report, await troublesOf(this.id)))
  }
}
