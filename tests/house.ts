/*
 * The way of the data (design: commands | controllers | jobs → engine → models), as rules over the
 * text of a file. tests/unit/house.spec.ts holds the tree to them.
 */

/** What each engine may import besides itself. */
const ENGINES: Record<string, string[]> = {
  request_tokens: [],
  mailbox: [],
  subscribers: ['request_tokens', 'models'],
  mailings: ['request_tokens', 'subscribers', 'models'],
  delivery: ['request_tokens', 'subscribers', 'mailings', 'models', 'mails'],
  inbound: ['request_tokens', 'subscribers', 'delivery', 'models'],
}

/** What lies outside app/, open to all but the core and the mailbox. */
const OUTSIDE_APP = ['database', 'start', 'config', 'generated']
const FREE_STANDING = ['request_tokens', 'mailbox']

/** The shell may use everything but these: what is above it, or beside it. */
const SHELL_MAY_NOT: Record<string, string[]> = {
  models: [...Object.keys(ENGINES), 'controllers', 'commands', 'jobs', 'middleware', 'mails'],
  mails: ['controllers', 'commands', 'jobs', 'middleware'],
  validators: ['controllers', 'commands', 'jobs'],
  middleware: ['commands', 'jobs'],
  controllers: ['commands'],
}

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)['"]([^'"]+)['"]/g

export const engines = Object.keys(ENGINES)

/** The imports of a file below app/ that go against the way; `file` is its path from app/ on. */
export function strangersIn(file: string, text: string): string[] {
  const [room] = file.split('/')
  return [...text.matchAll(IMPORT)]
    .map(([, name]) => name)
    .filter((name) => isStranger(room, file, name))
}

function isStranger(room: string, file: string, name: string) {
  if (name.startsWith('.')) return leavesRoom(file, name)
  const target = name.match(/^#([a-z_]+)\//)?.[1]
  if (!target || target === room) return false
  if (ENGINES[room]) {
    const outside = FREE_STANDING.includes(room) ? [] : OUTSIDE_APP
    return ![...ENGINES[room], ...outside].includes(target)
  }
  return (SHELL_MAY_NOT[room] ?? []).includes(target)
}

/** A relative import must stay in the folder below app/ that it starts from. */
function leavesRoom(file: string, name: string) {
  const depth = file.split('/').length - 2
  return name.split('/').filter((part) => part === '..').length > depth
}
