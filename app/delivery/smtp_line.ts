import { once } from 'node:events'
import type { Writable } from 'node:stream'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import type { Message } from '#mailings/main'
import { outcomeOf, type Outcome, type Progress, type SmtpError } from './outcome.js'
import type { SmtpRoute } from './smtp_route.js'

/** A server closes lines that carry too much; a fresh one also finds a server that came back. */
const MESSAGES_PER_CONNECTION = 1_000

/** One line to the mail server, kept open from message to message. */
export class SmtpLine {
  #connection: SMTPConnection | null = null
  #carried = 0
  #needsReset = false

  constructor(readonly route: SmtpRoute) {}

  /** Opens the line where it is not; gives what stands in the way, or null. */
  async open(): Promise<Outcome | null> {
    if (this.#carried >= MESSAGES_PER_CONNECTION) this.quit()
    if (this.#needsReset) await this.#reset()
    if (this.#connection) return null
    try {
      this.#connection = await this.#connect()
      this.#carried = 0
      return null
    } catch (error) {
      return outcomeOf(error as SmtpError, { isBegun: false, isComplete: false })
    }
  }

  /** Hands over one message. Never throws: what went wrong is the outcome. */
  async send(message: Message): Promise<Outcome> {
    const fault = await this.open()
    if (fault) return fault
    const progress: Progress = { isBegun: true, isComplete: false }
    try {
      checkUtf8(this.#connection!, message)
      const response = await hand(this.#connection!, message, progress)
      this.#carried++
      return {
        kind: 'sent',
        reply: { code: 250, status: null, text: response },
      }
    } catch (error) {
      const outcome = outcomeOf(error as SmtpError, progress)
      if (['deferred', 'failed'].includes(outcome.kind)) this.#needsReset = true
      else this.close()
      return outcome
    }
  }

  /** Says goodbye; nothing may be under way. */
  quit() {
    this.#connection?.quit()
    this.#connection = null
  }

  close() {
    this.#connection?.close()
    this.#connection = null
  }

  /** After a refusal the server still has the sender of that message (RFC 5321 section 4.1.1.5). */
  async #reset() {
    this.#needsReset = false
    const connection = this.#connection
    if (!connection) return
    const ending = new AbortController()
    const lost = once(connection, 'end', { signal: ending.signal }).catch(() => {})
    const reset = new Promise<void>((resolve) => {
      connection.reset((error) => {
        if (error) this.close()
        resolve()
      })
    })
    await Promise.race([lost, reset])
    ending.abort()
  }

  async #connect() {
    const connection = new SMTPConnection(this.route.options)
    // An idle line that the server closes is opened again for the next message.
    const forget = () => {
      if (this.#connection === connection) this.#connection = null
    }
    connection.on('error', forget)
    connection.on('end', forget)
    await connect(connection)
    if (this.route.auth) await logIn(connection, this.route.auth)
    return connection
  }
}

function connect(connection: SMTPConnection) {
  return new Promise<void>((resolve, reject) => {
    connection.once('error', reject)
    connection.connect((error?: Error | null) => {
      connection.removeListener('error', reject)
      if (error) reject(error)
      else resolve()
    })
  })
}

function logIn(connection: SMTPConnection, auth: { user: string; pass: string }) {
  return new Promise<void>((resolve, reject) => {
    connection.login({ ...auth }, (error) => {
      if (!error) return resolve()
      connection.close()
      reject(error)
    })
  })
}

/** Gives the server's answer to the message. */
function hand(connection: SMTPConnection, { envelope, raw }: Message, progress: Progress) {
  const dsn = { ret: 'HDRS', notify: 'FAILURE' }
  return new Promise<string>((resolve, reject) => {
    connection.send(
      { from: envelope.from, to: [envelope.to], size: raw.length, dsn },
      watched(raw, progress) as never,
      (error, info) => (error ? reject(error) : resolve(info!.response))
    )
  })
}

/**
 * A message that notes when its last byte has gone out. The client pipes a message only after the
 * server's 354, and writes the final dot at the end of that pipe.
 */
function watched(raw: Buffer, progress: Progress) {
  return {
    pipe(wire: Writable) {
      wire.once('end', () => (progress.isComplete = true))
      wire.end(raw)
    },
  }
}

/** RFC 6531 section 3: such an address needs a server that says it can. */
function checkUtf8(connection: SMTPConnection, { envelope }: Message) {
  const offers = (connection as unknown as { _supportedExtensions: string[] })._supportedExtensions
  if (/^[\x20-\x7e]*$/.test(envelope.to) || offers.includes('SMTPUTF8')) return
  const sentence = 'The address is not ASCII, and the mail server does not offer SMTPUTF8.'
  throw Object.assign(new Error(sentence), { code: 'EENVELOPE', command: 'RCPT TO' })
}
