import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importSubscribers, type ImportOptions } from '#subscribers/main'

/** A file with this content, in a folder of its own. */
export async function csvFile(content: string | Buffer, name = 'people.csv') {
  const path = join(await mkdtemp(join(tmpdir(), 'postern-')), name)
  await writeFile(path, content)
  return path
}

/** Imports this content. */
export async function importCsv(content: string | Buffer, options: ImportOptions) {
  return importSubscribers(await csvFile(content), options)
}

/** What an import counts, where nothing else is said. */
export const NO_COUNTS = {
  rows: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  keptUnsubscribed: 0,
  suppressed: 0,
  rejected: 0,
}
