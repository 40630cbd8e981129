import { prettyPrintError } from '@adonisjs/core'

/** Ends a process that could not start. What its operator can mend is said in plain words, without a stack. */
export async function reportFailure(error: Error & NodeJS.ErrnoException) {
  const words = plainWords(error)
  if (words) process.stderr.write(`${words}\n`)
  else await prettyPrintError(error)
  process.exit(1)
}

function plainWords(error: Error & NodeJS.ErrnoException) {
  if (error.name === 'SettingsError') return error.message
  if (error.name === 'DatabaseBehindError' || error.code?.startsWith('ERR_PARSE_ARGS'))
    return `Postern cannot start:\n  ${error.message}`
  const place = `${process.env.HOST}:${process.env.PORT}`
  if (error.code === 'EADDRINUSE')
    return `Postern cannot start:\n  ${place} is taken by another program. Stop that one, or set PORT to another number.`
  if (error.code === 'EACCES' && error.syscall === 'listen')
    return `Postern cannot start:\n  It may not listen on ${place}. Set PORT to a number above 1023.`
  if (error.code === 'EADDRNOTAVAIL')
    return `Postern cannot start:\n  HOST is "${process.env.HOST}", which is no address of this machine.`
  return null
}
