import { args, flags } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'
import type { ImportReport } from '#subscribers/main'

export default class SubscribersImport extends Command {
  static commandName = 'subscribers:import'
  static description = 'Bring the people of a CSV file onto a list'
  static help = [
    'The first line names the columns; one of them holds the address.',
    'Columns that are not known are kept with the person, for greetings.',
    'Who has left the list stays out, unless you say --resubscribe; who',
    'gets no mail (a complaint, a bounce, erased) stays out in any case.',
    'The same file twice changes nothing.',
    '',
    'Fields: email, name, first_name, last_name, language, topics.',
    '',
    'Example:',
    '{{ binaryName }} subscribers:import people.csv --list garden \\',
    '    --map email=Contact --rejects rejects.csv --dry-run',
  ]

  @args.string({ description: 'A CSV file: comma, semicolon or tab; UTF-8, UTF-16 or Latin-1' })
  declare file: string

  @flags.string({ description: 'Slug of the list (needed)' })
  declare list?: string

  @flags.array({ description: 'field=Column, where the name does not say it; may be repeated' })
  declare map?: string[]

  @flags.boolean({ description: 'Only count what would be done' })
  declare dryRun?: boolean

  @flags.string({ description: 'A CSV file for the rows left out: line, reason, cells' })
  declare rejects?: string

  @flags.boolean({ description: 'Put those back who have left; needs --consent' })
  declare resubscribe?: boolean

  @flags.string({ description: 'How the people agreed, in words; kept as proof' })
  declare consent?: string

  async run() {
    const { findList, importSubscribers } = await import('#subscribers/main')
    if (!this.list) this.refuse('Say onto which list: --list SLUG. lists:list shows them.')
    const report = await importSubscribers(this.file, {
      list: await findList(this.list),
      map: this.#columns(),
      dryRun: this.dryRun,
      rejects: this.rejects,
      resubscribe: this.resubscribe,
      consent: this.consent,
      onProgress: ({ rows }) => this.progress(`${rows.toLocaleString('en')} rows`),
    })
    this.endProgress()
    this.print(report, this.#sentence(report))
  }

  #columns() {
    return Object.fromEntries(
      (this.map ?? []).map((pair) => {
        const at = pair.indexOf('=')
        if (at < 1) this.refuse(`--map ${pair} is not understood. Write --map field=Column.`)
        return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
      })
    )
  }

  #sentence(report: ImportReport) {
    const n = (count: number) => count.toLocaleString('en')
    const parts = [
      `${n(report.created)} new`,
      `${n(report.updated)} updated`,
      `${n(report.unchanged)} unchanged`,
      `${n(report.keptUnsubscribed)} kept unsubscribed`,
      `${n(report.suppressed)} suppressed`,
      `${n(report.rejected)} rejected`,
    ]
    const hint = report.rejected > 0 ? '; add --rejects FILE to see which, and why' : ''
    const where = this.rejects ? `, see ${this.rejects}` : hint
    const verb = this.dryRun ? 'Would import' : 'Imported'
    const taken = report.created + report.updated + report.unchanged
    return `${verb} ${n(taken)} of ${n(report.rows)} rows: ${parts.join(', ')}${where}.`
  }
}
