import { flags } from '@adonisjs/core/ace'
import { useCells, useDocument, USE_HEAD } from '#commands/_audit'
import { columns, Command } from '#commands/_command'
import type { Stop } from '#demo/tour'

export default class Demo extends Command {
  static commandName = 'demo'
  static description = 'A tour on sample data: import, send over SMTP, click, replay, undo, expire'
  static help = [
    'Everything happens in tmp/demo, with a database, a mailbox and ports of its own.',
    'Afterwards the application goes on running, so that you can read the messages and',
    'click for yourself; Ctrl-C ends it.',
  ]
  static options = { startApp: true, staysAlive: true }

  @flags.boolean({ description: 'End after the tour' })
  declare exit: boolean

  /** The application that the tour starts makes the database. */
  async prepare() {}

  async run() {
    const { startApplication } = await import('#demo/server')
    const application = await startApplication()
    this.app.terminating(() => application.stop())
    this.app.listen('SIGINT', () => this.terminate())

    const stops = await this.#goRound()
    await this.#printAudit(stops)
    if (!this.exit) {
      await this.#invite(application.url)
      await application.ended
    }
    await this.terminate()
  }

  async #goRound() {
    const { tour } = await import('#demo/tour')
    const stops: Stop[] = []
    if (!this.json) this.logger.log('Postern, once round\n')
    for await (const stop of tour(process.env.MAILBOX_DIR!)) {
      stops.push(stop)
      if (!this.json) this.logger.log(lineOf(stop, stops.length))
    }
    return stops
  }

  async #printAudit(stops: Stop[]) {
    const { countUses } = await import('#request_tokens/main')
    const counts = await countUses({}, ['outcome'])
    const uses = stops.flatMap(({ use }) => (use ? [use] : []))
    this.print(
      {
        stops: stops.map(({ use, ...stop }) => ({ ...stop, use: use && useDocument(use) })),
        counts: Object.fromEntries(counts.map(({ outcome, count }) => [outcome, count])),
      },
      [
        '\nWhat the audit says of them\n',
        ...columns(USE_HEAD, uses.map(useCells)),
        '\nAll uses of links, by outcome\n',
        ...columns(
          ['outcome', 'times'],
          counts.map(({ outcome, count }) => [outcome, count])
        ),
      ]
    )
  }

  async #invite(url: string) {
    const { default: User } = await import('#models/user')
    const { mint } = await import('#request_tokens/main')
    const user = await User.create({
      email: 'you@garden.example',
      emailKey: 'you@garden.example',
      name: 'You',
      role: 'owner',
    })
    const [link] = await mint([
      { scope: 'sign_in', target: '/staff/sign-in/link', subject: user.publicId },
    ])
    this.talk(
      [
        '\nThe application goes on running. Read the messages, and click:',
        `  Messages     ${url}/mailbox`,
        `  Staff pages  ${link.url}`,
        'Ctrl-C ends it.',
      ].join('\n')
    )
  }
}

const DID_WIDTH = 62

function lineOf({ did, status, result }: Stop, number: number) {
  const answer = status === null ? result : `${status} ${result}`
  return `${String(number).padStart(2)}  ${did.padEnd(DID_WIDTH)}  ${answer}`
}
