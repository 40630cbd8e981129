import { flags } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'
import { jsonArray } from '#commands/_json_array'

export default class SubscribersExport extends Command {
  static commandName = 'subscribers:export'
  static description = 'Print the people who get mail from a list'
  static help = [
    'Who has left, or gets no mail, is not in it. In CSV, a cell that a',
    'spreadsheet would run as a formula begins with a quote; an import',
    'takes it away again.',
    '',
    'Example:',
    '{{ binaryName }} subscribers:export --list garden > people.csv',
  ]

  @flags.string({ description: 'Slug of the list (needed)' })
  declare list?: string

  @flags.string({ description: 'csv or jsonl (one JSON object a line)', default: 'csv' })
  declare format: string

  async run() {
    const { EXPORT_FORMATS, exportSubscribers, findList, recordAction } =
      await import('#subscribers/main')
    const wanted = this.json ? 'jsonl' : this.format
    const format = EXPORT_FORMATS.find((one) => one === wanted)
    if (!format)
      this.refuse(`There is no format "${wanted}". Use --format ${EXPORT_FORMATS.join(' or ')}.`)
    if (!this.list) this.refuse('Say of which list: --list SLUG. lists:list shows them.')
    const list = await findList(this.list)
    await recordAction('subscribers.export', list.publicId, { format })
    const pieces = exportSubscribers(list, format)
    for await (const piece of this.json ? jsonArray(pieces) : pieces)
      this.logger.log(piece.replace(/\n$/, ''))
  }
}
