import { args, flags } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'

export default class MailingsRetry extends Command {
  static commandName = 'mailings:retry'
  static description = 'Try deliveries again that failed, or whose outcome is uncertain'
  static help = ['Who is retried as uncertain may get the message twice.']

  @args.string({ description: 'Id of the mailing' })
  declare id: string

  @flags.boolean({ description: 'Those that failed' })
  declare failed?: boolean

  @flags.boolean({ description: 'Those whose outcome is not known' })
  declare uncertain?: boolean

  async run() {
    const { retryMailing } = await import('#delivery/main')
    if (!this.failed && !this.uncertain) this.refuse('Say which: --failed, --uncertain or both.')
    const { failed, uncertain } = this
    const retried = await retryMailing(this.id, { failed, uncertain })
    const what = retried === 1 ? '1 delivery' : `${retried.toLocaleString('en')} deliveries`
    this.print({ id: this.id, retried }, `Put ${what} back; a worker sends them.`)
  }
}
