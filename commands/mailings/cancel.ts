import { args } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'
import { sentence } from '#commands/mailings/_report'

export default class MailingsCancel extends Command {
  static commandName = 'mailings:cancel'
  static description = 'End a mailing for good; who has not got it, will not'

  @args.string({ description: 'Id of the mailing' })
  declare id: string

  async run() {
    const { mailingStatus, cancelMailing } = await import('#delivery/main')
    await cancelMailing(this.id)
    const report = await mailingStatus(this.id)
    this.print(report, `Cancelled. ${sentence(report)}`)
  }
}
