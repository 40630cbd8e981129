import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { join } from 'node:path'

/*
 * npm run standards [-- --json]: the IDs of docs/standards.md, each with the tests that name it in
 * brackets at the end of their title.
 */
export interface Standard {
  id: string
  section: string
  demand: string
  built: string
}

export interface NamingTest {
  file: string
  title: string
  ids: string[]
}

/** The sections that must have no gap in what is built. */
const STRICT = ['1', '4', '5', '6']

const ROW = /^\| ([A-Z][A-Z0-9]*-\d+) \| (.+?) \| (.+?) \| (yes|later|no) \|$/
/** The title of a test or group, or one that stands in a constant named …TITLE. */
const TITLE = /(?:\btest(?:\.\w+)?\(|TITLE =)\s*(['"`])((?:\\.|(?!\1)[\s\S])*?)\1/g
const BRACKETS = /\[([A-Z][A-Z0-9]*-\d+(?:, ?[A-Z][A-Z0-9]*-\d+)*)\]\s*$/

export function readStandards(page: string): Standard[] {
  let section = ''
  return page.split('\n').flatMap((line) => {
    section = line.match(/^## (.+)$/)?.[1] ?? section
    const row = line.match(ROW)
    return row ? [{ id: row[1], section, demand: row[2], built: row[4] }] : []
  })
}

export function readTests(file: string, text: string): NamingTest[] {
  return [...text.matchAll(TITLE)].flatMap(([, , title]) => {
    const ids = title.match(BRACKETS)?.[1].split(/, ?/)
    return ids ? [{ file, title: title.replace(BRACKETS, '').trim(), ids }] : []
  })
}

export function report(standards: Standard[], tests: NamingTest[]) {
  const known = new Set(standards.map(({ id }) => id))
  const entries = standards.map((standard) => ({
    ...standard,
    tests: tests.filter(({ ids }) => ids.includes(standard.id)),
  }))
  return {
    entries,
    covered: entries.filter((entry) => entry.tests.length > 0).length,
    uncovered: entries.filter((entry) => entry.tests.length === 0).map(({ id }) => id),
    due: entries.filter((entry) => entry.tests.length === 0 && isDue(entry)).map(({ id }) => id),
    unknown: tests.flatMap(({ file, ids }) =>
      ids.filter((id) => !known.has(id)).map((id) => ({ id, file }))
    ),
  }
}

function isDue({ section, built }: Standard) {
  return built === 'yes' && STRICT.includes(section.split('.')[0])
}

export function readTree(root: string): NamingTest[] {
  return readdirSync(join(root, 'tests'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.spec.ts'))
    .sort()
    .flatMap((name) => readTests(`tests/${name}`, readFileSync(join(root, 'tests', name), 'utf8')))
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = fileURLToPath(new URL('../', import.meta.url))
  const page = readFileSync(join(root, 'docs/standards.md'), 'utf8')
  const result = report(readStandards(page), readTree(root))
  process.stdout.write(
    process.argv.includes('--json') ? `${JSON.stringify(result)}\n` : print(result)
  )
}

function print({ entries, covered, uncovered, due, unknown }: ReturnType<typeof report>) {
  const sections = [...new Set(entries.map(({ section }) => section))]
  const blocks = sections.map((section) => {
    const rows = entries.filter((entry) => entry.section === section)
    const count = rows.filter(({ tests }) => tests.length > 0).length
    return `${section}: ${count} of ${rows.length}\n${rows.map(printEntry).join('\n')}`
  })
  const lines = [
    ...blocks,
    `${covered} of ${entries.length} are named by a test, ${uncovered.length} by none.`,
    `Built, in sections ${STRICT.join(', ')}, and named by no test: ${due.join(', ') || 'none'}.`,
    ...unknown.map(({ id, file }) => `${file} names ${id}, which docs/standards.md does not have.`),
  ]
  return `${lines.join('\n\n')}\n`
}

function printEntry({ id, demand, built, tests }: ReturnType<typeof report>['entries'][number]) {
  const state = tests.length > 0 ? '' : built === 'yes' ? ' (no test)' : ` (${built})`
  return [
    `  ${id}${state}  ${demand}`,
    ...tests.map(({ file, title }) => `      ${file}: ${title}`),
  ].join('\n')
}
