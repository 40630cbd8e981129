import { args } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'
import { sentence } from '#commands/mailings/_report'

export default class MailingsResume extends Command {
  static commandName = 'mailings:resume'
  static description = 'Go on with a mailing that is paused, halted or held'

  @args.string({ description: 'Id of the mailing' })
  declare id: string

  async run() {
    const { mailingStatus, resumeMailing } = await import('#delivery/main')
    await resumeMailing(this.id)
    const report = await mailingStatus(this.id)
    this.print(report, `Resumed. ${sentence(report)}`)
  }
}
