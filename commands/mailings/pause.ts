import { args } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'
import { sentence } from '#commands/mailings/_report'

export default class MailingsPause extends Command {
  static commandName = 'mailings:pause'
  static description = 'Stop a mailing that is being sent, until it is resumed'

  @args.string({ description: 'Id of the mailing' })
  declare id: string

  async run() {
    const { mailingStatus, pauseMailing } = await import('#delivery/main')
    await pauseMailing(this.id)
    const report = await mailingStatus(this.id)
    this.print(report, `Paused. ${sentence(report)}`)
  }
}
