import { args, flags } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'
import { sentence } from '#commands/mailings/_report'

const SECOND = 1_000

export default class MailingsSend extends Command {
  static commandName = 'mailings:send'
  static description = 'Send a mailing to everyone who is to get it'
  static help = [
    'Without --wait a worker sends it: "npm start" has one, and',
    '"{{ binaryName }} work" is one. With --wait this command sends it, shows how',
    'far it is, and ends when nothing more is due. Stopped or broken off,',
    'the same command goes on where it was: nobody gets it twice.',
  ]

  @args.string({ description: 'Id of the mailing' })
  declare id: string

  @flags.string({ description: 'When, e.g. 2026-12-01T09:00 in the time zone of the list' })
  declare at?: string

  @flags.boolean({ description: 'Send here and now, and end when it is done' })
  declare wait?: boolean

  @flags.number({
    description: 'With --wait: seconds to wait for a mail server that is away',
    default: 60,
  })
  declare patience: number

  async run() {
    if (this.at && this.wait) this.refuse('Give --at or --wait, not both.')
    const ending = new AbortController()
    this.app.listen('SIGINT', () => ending.abort())
    const sending = this.#send(ending.signal)
    this.app.terminating(async () => {
      ending.abort()
      await sending.catch(() => {})
    })
    const report = await sending
    this.endProgress()
    if (report.status === 'halted' || ending.signal.aborted) this.exitCode = 1
    this.print(report, this.wait ? sentence(report) : this.#begun(report))
  }

  async #send(signal: AbortSignal) {
    const { sendMailing } = await import('#delivery/main')
    let told: string | null = null
    return sendMailing(this.id, {
      wait: this.wait,
      at: this.at,
      signal,
      patience: this.patience * SECOND,
      onProgress: ({ handed, trouble }) => {
        this.progress(`${handed.toLocaleString('en')} sent`)
        if (trouble && trouble !== told) this.talk(`The mail server is away: ${trouble}. Waiting.`)
        told = trouble
      },
    })
  }

  #begun({
    status,
    total,
    scheduledAt,
  }: {
    status: string
    total: number
    scheduledAt: string | null
  }) {
    return status === 'scheduled'
      ? `Scheduled for ${scheduledAt}. A worker sends it then; see mailings:status ${this.id}.`
      : `Handed to the workers, for ${total.toLocaleString('en')} people; see mailings:status ${this.id}.`
  }
}
