import type { ApplicationService } from '@adonisjs/core/types'
import type { Mailbox } from '#mailbox/main'

/** The mail server of development, beside the web server, where no other is set. */
export default class MailboxProvider {
  #mailbox: Mailbox | null = null

  constructor(protected app: ApplicationService) {}

  async ready() {
    const { default: config } = await import('#config/mailbox')
    if (!config.isOn) return
    const logger = await this.app.container.make('logger')
    const { startMailbox } = await import('#mailbox/main')
    try {
      this.#mailbox = await startMailbox(config)
      // Told to end meanwhile: shutdown() has run already.
      if (this.app.isTerminating || this.app.isTerminated) return this.#mailbox.stop()
      logger.info({ port: config.port }, 'the mailbox takes mail; read it at /mailbox')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      logger.warn(
        `Port ${config.port} is taken, so the mailbox does not run here: mail goes to whatever listens there. Set SMTP_URL, or stop that program.`
      )
    }
  }

  async shutdown() {
    await this.#mailbox?.stop()
  }
}
