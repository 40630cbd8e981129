import { Liquid, type Template } from 'liquidjs'
import { TemplateError } from './errors.js'

/*
 * Liquid, locked down: no files, no loops, no access to anything that is not a plain value. What a
 * template may name is listed here; everything else is refused with its line.
 */
const TAGS = ['if', 'unless', 'case']
const FILTERS = [
  'append',
  'capitalize',
  'date',
  'default',
  'downcase',
  'prepend',
  'remove',
  'replace',
  'strip',
  'truncate',
  'truncatewords',
  'upcase',
]
const FIELDS: Record<string, string[] | null> = {
  subscriber: null, // any attribute that was imported
  list: ['name', 'postal_address'],
  links: ['unsubscribe', 'preferences', 'view'],
}

export const liquid = new Liquid({
  ownPropertyOnly: true,
  strictFilters: true,
  jsTruthy: false,
  cache: false,
  // For those who write a template that never ends or grows without end.
  parseLimit: 1_000_000,
  renderLimit: 1_000,
  memoryLimit: 10_000_000,
})
for (const name of Object.keys(liquid.tags)) if (!TAGS.includes(name)) delete liquid.tags[name]
for (const name of Object.keys(liquid.filters))
  if (!FILTERS.includes(name)) delete (liquid.filters as Record<string, unknown>)[name]

/**
 * @param what e.g. `body`: it stands in the message
 * @throws TemplateError that names the line
 */
export function checkTemplate(source: string, what: string) {
  const templates = parse(source, what)
  const { globals } = liquid.analyzeSync(templates, { partials: false })
  for (const uses of Object.values(globals))
    for (const { segments, location } of uses) checkVariable(segments, location.row, what)
}

function parse(source: string, what: string): Template[] {
  try {
    return liquid.parse(source)
  } catch (error) {
    throw templateError(error as Error, what)
  }
}

function checkVariable(segments: unknown[], line: number, what: string) {
  const [root, field] = segments.map(String)
  const fields = FIELDS[root]
  const name = segments.map(String).join('.')
  if (fields === undefined)
    throw new TemplateError(
      `The ${what} has a fault in line ${line}: there is no value "${name}". Values are ${VALUES}.`
    )
  if (segments.length !== 2 || (fields && !fields.includes(field)))
    throw new TemplateError(
      `The ${what} has a fault in line ${line}: "${name}" is no value. ${fields ? `There is ${fields.map((one) => `${root}.${one}`).join(', ')}.` : `Write subscriber.name, subscriber.email or subscriber.COLUMN, where COLUMN was imported.`}`
    )
}

const VALUES =
  'subscriber.name, subscriber.email and what was imported, list.name and links.unsubscribe'

function templateError(error: Error, what: string) {
  const found = error.message.match(/^([\s\S]*), line:(\d+), col:\d+$/)
  const fault = found ? found[1] : error.message
  const line = found ? ` in line ${found[2]}` : ''
  return new TemplateError(`The ${what} has a fault${line}: ${explain(fault)}`)
}

function explain(fault: string) {
  const tag = fault.match(/^tag "(.*)" not found$/)
  if (tag) return `there is no tag "${tag[1]}". Tags are ${TAGS.join(', ')}.`
  const filter = fault.match(/^undefined filter: (.*)$/)
  if (filter) return `there is no filter "${filter[1]}". Filters are ${FILTERS.join(', ')}.`
  return `${fault}.`
}
