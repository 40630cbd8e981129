import { basename } from 'node:path'
import db from '@adonisjs/lucid/services/db'
import { DateTime } from 'luxon'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import Import from '#models/import'
import type List from '#models/list'
import type Topic from '#models/topic'
import { SubscriberError } from '../errors.js'
import { decide, type Decision } from './batch.js'
import { assignColumns, type Columns } from './columns.js'
import { noCounts, type ImportCounts } from './counts.js'
import { openCsv, readRows, type CsvRow } from './csv_file.js'
import { readPerson, type Person } from './person.js'
import { RejectsFile } from './rejects_file.js'
import { SeenHashes } from './seen_hashes.js'
import { write } from './writing.js'

/** Long enough to be quick, short enough that a page waits a few milliseconds at most. */
const BATCH_ROWS = 2000

export interface ImportOptions {
  list: List
  /** Field → column name, where the names of the columns do not say it. */
  map?: Record<string, string>
  /** Counts, and writes nothing but the rejects. */
  dryRun?: boolean
  /** A CSV file for the rows that were left out, each with its line and the reason. */
  rejects?: string
  /** Puts those back who have left (never those who get no mail). Needs `consent`. */
  resubscribe?: boolean
  /** How the people agreed, in words. Kept as proof. @default the list's consent text */
  consent?: string
  onProgress?(counts: ImportCounts): void
}

export interface ImportReport extends ImportCounts {
  /** Public id; null for a dry run. */
  id: string | null
}

/**
 * Brings the people of a CSV file onto a list, in constant memory. The file is checked as a whole
 * before anything is written. Nobody who has left, or gets no mail, is subscribed by it; the same
 * file twice changes nothing.
 *
 * @throws SubscriberError with a sentence for a file or an option that cannot be used
 */
export async function importSubscribers(
  file: string,
  options: ImportOptions
): Promise<ImportReport> {
  if (options.resubscribe && !options.consent?.trim())
    throw new SubscriberError(
      'To put people back who have left, say in words when and how they asked for it: --consent TEXT.'
    )
  const csv = await openCsv(file)
  const columns = assignColumns(csv.header, options.map)
  const rejects = options.rejects ? await RejectsFile.create(options.rejects, csv) : null
  const run = await ImportRun.begin(file, columns, rejects, options)
  try {
    await run.takeAll(readRows(csv, BATCH_ROWS))
    return await run.end('finished')
  } catch (error) {
    await run.end('failed')
    throw error
  } finally {
    await rejects?.close()
  }
}

/** One run: what it has counted and seen so far. */
class ImportRun {
  readonly counts = noCounts()
  #seen = new SeenHashes()

  private constructor(
    private topics: Topic[],
    private columns: Columns,
    private rejects: RejectsFile | null,
    private options: ImportOptions,
    private row: Import | null
  ) {}

  static async begin(
    file: string,
    columns: Columns,
    rejects: RejectsFile | null,
    options: ImportOptions
  ) {
    const { list, dryRun } = options
    const topics = await list.related('topics').query()
    const row = dryRun ? null : await startImport(file, options)
    return new ImportRun(topics, columns, rejects, options, row)
  }

  /** While the database works on one batch, the next is read. */
  async takeAll(batches: AsyncIterable<CsvRow[]>) {
    let isHeader = true
    let settling = Promise.resolve()
    for await (const batch of batches) {
      const people = await this.#readAll(isHeader ? batch.slice(1) : batch)
      isHeader = false
      await settling
      this.options.onProgress?.(this.counts)
      settling = this.#settle(people)
      settling.catch(() => {}) // it is awaited, and throws, one batch later
    }
    await settling
  }

  async end(status: 'finished' | 'failed'): Promise<ImportReport> {
    const { row, counts } = this
    await row?.merge({ status, counts, finishedAt: DateTime.utc() }).save()
    return { id: row?.publicId ?? null, ...counts }
  }

  async #readAll(batch: CsvRow[]) {
    const people: Person[] = []
    for (const row of batch) {
      const person = await this.#read(row)
      if (person) people.push(person)
    }
    return people
  }

  async #read(row: CsvRow) {
    this.counts.rows++
    try {
      const person = readPerson(row, this.columns, this.topics)
      if (this.#seen.add(person.hash)) return person
      throw new SubscriberError(`"${person.address}" stands in an earlier row too.`)
    } catch (error) {
      if (!(error instanceof SubscriberError)) throw error
      this.counts.rejected++
      await this.rejects?.add(row, error.message)
      return null
    }
  }

  async #settle(people: Person[]) {
    for (const decision of await this.#decide(people)) await this.#count(decision)
  }

  #decide(people: Person[]): Promise<Decision[]> {
    const worker = db.connection('worker')
    const { row } = this
    if (!row) return decide(people, this.#rules, worker)
    return worker.transaction(async (client) => {
      // On SQLite a transaction that begins by reading may find itself locked out when it writes.
      await saveCounts(row, this.counts, client)
      const decisions = await decide(people, this.#rules, client)
      await write(decisions, this.#origin(row), client)
      return decisions
    })
  }

  get #rules() {
    return { list: this.options.list, resubscribe: this.options.resubscribe ?? false }
  }

  #origin(row: Import) {
    const { list } = this.options
    return { list, ref: row.publicId, consentText: row.consentText, at: Date.now() }
  }

  async #count(decision: Decision) {
    const { verdict } = decision
    this.counts[verdict === 'rejoined' ? 'updated' : verdict]++
    if ('reason' in decision) await this.rejects?.add(decision.person.row, decision.reason)
  }
}

function startImport(file: string, { list, consent }: ImportOptions) {
  return Import.create(
    {
      listId: list.id,
      fileName: basename(file).slice(0, 255),
      status: 'running',
      consentText: consent?.trim() || list.consentText,
      startedAt: DateTime.utc(),
    },
    { connection: 'worker' }
  )
}

function saveCounts(row: Import, counts: ImportCounts, client: QueryClientContract) {
  return client
    .from('imports')
    .where('id', row.id)
    .update({ counts: JSON.stringify(counts) })
}
