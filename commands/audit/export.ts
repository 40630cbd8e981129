import { pipeline } from 'node:stream/promises'
import { Readable } from 'node:stream'
import { createWriteStream } from 'node:fs'
import { flags } from '@adonisjs/core/ace'
import { stringify } from 'csv-stringify'
import { jsonArray } from '#commands/_json_array'
import { filterOf, useDocument } from '#commands/_audit'
import { Command } from '#commands/_command'
import { counted } from '#commands/_words'
import { streamUses, type RecordedUse } from '#request_tokens/main'

export default class AuditExport extends Command {
  static commandName = 'audit:export'
  static description = 'Write the record of link uses, the oldest first, as CSV or JSON lines'
  static help = [
    'Cells that a spreadsheet would take for a formula get an apostrophe in',
    'front. A file that exists is not overwritten.',
    '',
    'Examples:',
    '{{ binaryName }} audit:export --since 30d > audit.csv',
    '{{ binaryName }} audit:export --format jsonl --out audit.jsonl',
  ]

  @flags.string({ description: 'csv (the default) or jsonl', default: 'csv' })
  declare format: string

  @flags.string({ description: 'File to write; standard output unless you name one' })
  declare out: string

  @flags.string({ description: 'Only this outcome, e.g. used' })
  declare outcome: string

  @flags.string({ description: 'Only links of this scope, e.g. unsubscribe' })
  declare scope: string

  @flags.string({ description: 'Only links of the subscriber with this e-mail address' })
  declare subscriber: string

  @flags.string({ description: 'Only links of the mailing with this id' })
  declare mailing: string

  @flags.string({ description: 'Only from this time on: 2026-11-24T09:00:00Z, or 30d' })
  declare since: string

  async run() {
    const format = this.json ? 'jsonl' : this.format
    if (!['csv', 'jsonl'].includes(format))
      this.refuse(`There is no format "${format}". Choose csv or jsonl.`)
    let rows = 0
    const uses = streamUses(await filterOf(this))
    const watched = async function* () {
      for await (const use of uses) {
        rows++
        yield use
      }
    }
    const lines = format === 'csv' ? csvLines(watched()) : jsonLines(watched())
    await this.#write(this.json ? jsonArray(lines) : lines)
    this.talk(`Exported ${counted(rows, 'use')}.`)
  }

  async #write(lines: AsyncIterable<string>) {
    if (this.out)
      return pipeline(Readable.from(lines), createWriteStream(this.out, { flags: 'wx' }))
    await pipeline(Readable.from(lines), process.stdout, { end: false })
  }
}

const COLUMNS: (keyof ReturnType<typeof useDocument>)[] = [
  'at',
  'jti',
  'subject',
  'scope',
  'outcome',
  'method',
  'path',
  'ip',
  'userAgent',
  'statusCode',
  'times',
  'list',
  'mailing',
  'note',
  'requestId',
]

async function* csvLines(uses: AsyncIterable<RecordedUse>) {
  const rows = async function* () {
    for await (const use of uses) yield useDocument(use)
  }
  yield* Readable.from(rows()).pipe(
    stringify({
      header: true,
      columns: COLUMNS,
      escape_formulas: true,
      record_delimiter: 'windows',
    })
  ) as AsyncIterable<string>
}

async function* jsonLines(uses: AsyncIterable<RecordedUse>) {
  for await (const use of uses) yield `${JSON.stringify(useDocument(use))}\n`
}
