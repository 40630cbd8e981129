import { args, flags } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'

export default class SubscribersErase extends Command {
  static commandName = 'subscribers:erase'
  static description = 'Remove all data of one person; the address gets no mail again'

  @args.string({ description: 'The address' })
  declare email: string

  @flags.boolean({ description: 'Do not ask' })
  declare force?: boolean

  async run() {
    const { eraseSubscriber, findSubscriber } = await import('#subscribers/main')
    const subscriber = await findSubscriber(this.email)
    if (!this.force && process.stdin.isTTY && process.stderr.isTTY)
      if (!(await this.prompt.confirm(`Remove all data of ${subscriber.email} for good?`)))
        this.refuse('Nothing was removed.')
    await eraseSubscriber(this.email)
    this.print(
      { id: subscriber.publicId, erased: true },
      'Removed all data of 1 person. A keyed hash stays, so that no import brings them back.'
    )
  }
}
