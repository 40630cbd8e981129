import { maskTokens } from '#request_tokens/main'

const BEHIND = 'The database is behind. Bring it up to date: node ace migration:run --force'
const LOCKED = 'The database is locked by another process. Try again when that has finished.'

const MEANINGS: [pattern: RegExp, sentence: string][] = [
  [/SQLITE_ERROR: no such (table|column)|relation ".*" does not exist/, BEHIND],
  [/SQLITE_BUSY|database is locked/, LOCKED],
]

/** One sentence for a person at a terminal: no stack, no token. */
export function errorSentence(error: unknown): string {
  const message = messageOf(error)
  const known = MEANINGS.find(([pattern]) => pattern.test(message))
  return known ? known[1] : maskTokens(message)
}

/** A refused connection has an empty message of its own; the reason is in its parts. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError && !error.message) return messageOf(error.errors[0])
  return error instanceof Error ? error.message || error.name : String(error)
}
