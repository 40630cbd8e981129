const CODES = [
  // SQLite: locked by another process, disk full or unreadable
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_CANTOPEN',
  // the way to PostgreSQL
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'EPIPE',
  // PostgreSQL: shutting down, starting, too many connections, deadlock, serialisation
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '40P01',
  '40001',
]
const SAYINGS =
  /Connection (terminated|ended) unexpectedly|Client has encountered a connection error|Unable to acquire a connection/

/** Whether the database is away or busy: not a fault of the request, which may be made again. */
export function isDatabaseTrouble(error: unknown) {
  if (!(error instanceof Error)) return false
  const { code, name, message } = error as Error & { code?: unknown }
  return (
    (typeof code === 'string' && (CODES.includes(code) || code.startsWith('08'))) ||
    name === 'KnexTimeoutError' ||
    SAYINGS.test(message)
  )
}
