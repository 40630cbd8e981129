import { args, flags } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'

export default class MailingsPreview extends Command {
  static commandName = 'mailings:preview'
  static description = 'Show a mailing as one subscriber would get it'
  static help = [
    'The links in it lead to no one: it may be passed on. With --link you get an address at which',
    'colleagues can read the draft in the browser for seven days.',
  ]

  @args.string({ description: 'Id of the mailing' })
  declare id: string

  @flags.string({ description: 'Address of a subscriber [a made-up person]' })
  declare subscriber?: string

  @flags.boolean({ description: 'Print the HTML part' })
  declare html?: boolean

  @flags.boolean({ description: 'Print the whole message, as it would go out' })
  declare raw?: boolean

  @flags.boolean({ description: 'Print a link to it instead' })
  declare link?: boolean

  async run() {
    const { previewLink, previewMailing } = await import('#delivery/main')
    if (this.link) {
      const { url, expiresAt } = await previewLink(this.id)
      return this.print({ url, expiresAt: expiresAt.toISOString() }, url)
    }
    const preview = await previewMailing(this.id, { subscriber: this.subscriber })
    const { subject, text, html, raw } = preview
    this.print(preview, this.raw ? raw : this.html ? html : `Subject: ${subject}\n\n${text}`)
  }
}
