import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { stringify } from 'csv-stringify/sync'
import { SubscriberError } from '../errors.js'
import { disarm } from '../formulas.js'
import type { CsvFile, CsvRow } from './csv_file.js'

/** The rows that were left out: line, reason, and the cells as they were. */
export class RejectsFile {
  private constructor(private stream: WriteStream) {}

  /** @throws SubscriberError when it cannot be written, or would overwrite what is imported */
  static async create(path: string, csv: CsvFile) {
    if ((await realpath(path).catch(() => null)) === csv.path)
      throw new SubscriberError('The rejects would overwrite the file itself. Name another file.')
    const stream = createWriteStream(path)
    await once(stream, 'open').catch((error) => {
      throw new SubscriberError(`The rejects cannot be written to "${path}": ${error.code}.`)
    })
    const rejects = new RejectsFile(stream)
    await rejects.#write(['line', 'reason', ...csv.header])
    return rejects
  }

  add({ line, cells }: CsvRow, reason: string) {
    const lineEnds = cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0)
    return this.#write([String(line - lineEnds), reason, ...cells])
  }

  async close() {
    this.stream.end()
    await finished(this.stream)
  }

  async #write(cells: string[]) {
    const isFull = !this.stream.write(stringify([cells.map(disarm)]))
    if (isFull) await once(this.stream, 'drain')
  }
}
