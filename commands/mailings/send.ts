import { args, flags } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'
import { sentence } from '#commands/mailings/_report'

const SECOND = 1_000

export default class MailingsSend extends Command {
  static commandName = 'mailings:send'
  static description = 'Send a mailing to everyone who is to get it'
  static help = [
    'Without --wait a worker sends it ("npm start" has one; "{{ binaryName }} work" is one). With --wait',
    'this command sends it, shows how far it is, and ends when nothing more is due. Stopped or broken',
    'off, the same command goes on where it was: nobody gets it twice.',
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
    const { sendMailing } = await import('#delivery/main')
    if (this.at && this.wait) this.refuse('Give --at or --wait, not both.')
    const ending = new AbortController()
    this.app.terminating(() => ending.abort())
    this.app.listen('SIGINT', () => ending.abort())
    let told: string | null = null
    const report = await sendMailing(this.id, {
      wait: this.wait,
      at: this.at,
      signal: ending.signal,
      patience: this.patience * SECOND,
      onProgress: ({ handed, trouble }) => {
        this.progress(`${handed.toLocaleString('en')} sent`)
        if (trouble && trouble !== told) this.talk(`The mail server is away: ${trouble}. Waiting.`)
        told = trouble
      },
    })
    this.endProgress()
    if (report.status === 'halted') this.exitCode = 1
    this.print(report, this.wait ? sentence(report) : this.#begun(report))
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
