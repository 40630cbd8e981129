import { realpath, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { SubscriberError } from '../errors.js'
import { rearm } from '../formulas.js'
import { detectEncoding, readText, type Encoding } from './encoding.js'

/** A file that was read through once and has no fault that would stop an import in the middle. */
export interface CsvFile {
  path: string
  encoding: Encoding
  delimiter: string
  header: string[]
}

export interface CsvRow {
  /** Where the row ends, as editors count. */
  line: number
  cells: string[]
}

/** A row of a list of people is never that long: a quote was left open, or it is no CSV. */
const MAX_ROW_BYTES = 1_000_000
const DELIMITERS = [',', ';', '\t']
const NOTHING_DONE = 'Nothing was imported.'

/** @throws SubscriberError with a sentence for a file that cannot be imported */
export async function openCsv(file: string): Promise<CsvFile> {
  const path = await regularFile(file)
  const encoding = await detectEncoding(path)
  const delimiter = await detectDelimiter(path, encoding)
  const csv = { path, encoding, delimiter, header: [] as string[] }
  for await (const rows of readRows(csv)) {
    if (csv.header.length === 0 && rows[0])
      csv.header = rows[0].cells.map((name) => rearm(name.trim()))
  }
  if (csv.header.length === 0)
    throw new SubscriberError(`The file "${file}" is empty. ${NOTHING_DONE}`)
  return csv
}

/** The rows in batches, the header row first. Blank rows are passed over. */
export async function* readRows(csv: CsvFile, batchSize = 1000): AsyncGenerator<CsvRow[]> {
  let line = 0
  const parser = parse({
    delimiter: csv.delimiter,
    max_record_size: MAX_ROW_BYTES,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    on_record: (cells: string[], { lines }) => ({ line: (line = lines), cells }) as any,
  })
  const text = Readable.from(withoutZeros(readText(csv.path, csv.encoding)))
  text.on('error', (error) => parser.destroy(error))
  let batch: CsvRow[] = []
  try {
    for await (const row of text.pipe(parser)) {
      batch.push(row)
      if (batch.length < batchSize) continue
      yield batch
      batch = []
    }
  } catch (error) {
    throw fault(error, line + 1)
  }
  if (batch.length > 0) yield batch
}

async function* withoutZeros(text: AsyncIterable<string>) {
  let line = 1
  for await (const piece of text) {
    const zero = piece.indexOf('\0')
    if (zero >= 0) {
      line += piece.slice(0, zero).split('\n').length - 1
      throw new SubscriberError(`Line ${line} holds a zero byte: it is no text. ${NOTHING_DONE}`)
    }
    for (let i = piece.indexOf('\n'); i >= 0; i = piece.indexOf('\n', i + 1)) line++
    yield piece
  }
}

function fault(error: unknown, line: number) {
  if (!(error instanceof CsvError)) return error
  if (error.code === 'CSV_QUOTE_NOT_CLOSED')
    return new SubscriberError(
      `The row on line ${line} opens a quote that is never closed. ${NOTHING_DONE}`
    )
  if (error.code === 'CSV_MAX_RECORD_SIZE')
    return new SubscriberError(
      `The row on line ${line} is longer than 1 MB; perhaps a quote is never closed. ${NOTHING_DONE}`
    )
  return new SubscriberError(`The row on line ${line} cannot be read: ${error.message}.`)
}

async function regularFile(file: string) {
  const path = await realpath(file).catch(() => null)
  if (!path) throw new SubscriberError(`There is no file "${file}". Check the path.`)
  const entry = await stat(path)
  if (entry.isDirectory())
    throw new SubscriberError(`"${file}" is a directory. Name one CSV file in it.`)
  if (!entry.isFile())
    throw new SubscriberError(`"${file}" is no regular file; it is read twice. Save it first.`)
  return path
}

/** The one of comma, semicolon and tab that the header has most of. */
async function detectDelimiter(path: string, encoding: Encoding) {
  let header = ''
  for await (const piece of readText(path, encoding)) {
    header += piece
    if (/[\r\n]./.test(header) || header.length > MAX_ROW_BYTES) break
  }
  const [line = ''] = header.trimStart().split(/[\r\n]/, 1)
  const bare = line.replace(/"[^"]*"/g, '')
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length)
  return DELIMITERS[counts.indexOf(Math.max(...counts))]
}
