import { args, flags } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'

export default class MailingsTest extends Command {
  static commandName = 'mailings:test'
  static description = 'Send one message of a mailing to one address'
  static help = [
    'Who is subscribed to the list gets links that work; anybody else gets the message without them.',
    'It counts nowhere.',
  ]

  @args.string({ description: 'Id of the mailing' })
  declare id: string

  @flags.string({ description: 'The address (needed)' })
  declare to?: string

  async run() {
    if (!this.to) this.refuse('Say to whom: --to EMAIL.')
    const { sendTest } = await import('#delivery/main')
    const { to, reply } = await sendTest(this.id, this.to)
    this.print({ id: this.id, to, reply }, `Sent a test to ${to}. The server says: ${reply}`)
  }
}
