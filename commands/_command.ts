import { BaseCommand, flags } from '@adonisjs/core/ace'
import { errorSentence } from '#commands/_error_sentence'

// Whoever reads the result may have had enough, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

/**
 * What all commands share: the result goes to standard output, all talk to standard error; with
 * `--json` the result is one JSON document. An error is one sentence on standard error, and exit 1.
 */
export abstract class Command extends BaseCommand {
  static options = { startApp: true }

  @flags.boolean({ description: 'Print the result as one JSON document' })
  declare json: boolean

  async prepare() {
    const { refuseIfBehind } = await import('#start/migrations')
    await refuseIfBehind(this.app)
    this.#refuseDoubles()
  }

  /** Tells of an error in one sentence; true says that nobody else has to. */
  async completed() {
    if (!this.error) return false
    this.exitCode = 1
    this.endProgress()
    this.talk(errorSentence(this.error))
    return true
  }

  /** The result: `document` with `--json`, otherwise `text` (a list gives one line each). */
  protected print(document: unknown, text: string | string[]) {
    const lines = Array.isArray(text) ? text : [text]
    if (this.json) this.logger.log(JSON.stringify(document))
    else if (lines.length > 0) this.logger.log(lines.join('\n'))
  }

  /** A remark for the person at the terminal, on standard error. */
  protected talk(text: string) {
    this.logger.logError(text)
  }

  /** How far it is, in one line that is overwritten; nothing where nobody looks (a pipe, a file). */
  protected progress(text: string) {
    if (!process.stderr.isTTY) return
    process.stderr.write(`\r\u001B[K${text}`)
    this.#hasProgress = true
  }

  /** Ends the command with exit 1 and this sentence. */
  protected refuse(sentence: string): never {
    throw new Error(sentence)
  }

  #refuseDoubles() {
    const { flags: known } = this.constructor as typeof BaseCommand
    const double = known.find(
      ({ type, name }) => type !== 'array' && Array.isArray(this[name as keyof this])
    )
    if (double) this.refuse(`--${double.flagName} is given twice. Give it once.`)
  }

  protected endProgress() {
    if (this.#hasProgress) process.stderr.write('\n')
    this.#hasProgress = false
  }

  #hasProgress = false
}

/** Columns for people: aligned, without colours or frames; numbers to the right. */
export function columns(head: string[], rows: (string | number | null)[][]) {
  const cells = [head, ...rows.map((row) => row.map(cell))]
  const widths = head.map((_title, i) => Math.max(...cells.map((row) => row[i].length)))
  const isNumber = head.map((_title, i) => rows.every((row) => typeof row[i] === 'number'))
  return cells.map((row) =>
    row
      .map((text, i) => (isNumber[i] ? text.padStart(widths[i]) : text.padEnd(widths[i])))
      .join('  ')
      .trimEnd()
  )
}

function cell(value: string | number | null) {
  if (value === null) return '–'
  return typeof value === 'number' ? value.toLocaleString('en') : value
}
