import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import { MessageStore } from './message_store.js'

export interface MailboxOptions {
  /** 0 for any free one. */
  port: number
  /** Where the messages are kept, one file each. */
  directory: string
}

/** A running mailbox. */
export interface Mailbox {
  readonly port: number
  /** For the setting SMTP_URL. */
  readonly url: string
  readonly store: MessageStore
  stop(): Promise<void>
}

const HOST = '127.0.0.1'
const MAX_BYTES = 30 * 1024 * 1024

/**
 * Takes mail over SMTP, on this machine only, and keeps it for reading.
 *
 * @throws the error of `listen`, e.g. with code `EADDRINUSE`
 */
export async function startMailbox({ port, directory }: MailboxOptions): Promise<Mailbox> {
  const store = await MessageStore.open(directory)
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAX_BYTES,
    onData(stream, session, done) {
      buffer(stream)
        .then((message) => store.add(message, envelopeOf(session)))
        .then(() => done(), done)
    },
  })
  const taken = await listen(server, port)
  server.on('error', () => {}) // a client that hangs up is no matter of ours

  return {
    port: taken,
    url: `smtp://${HOST}:${taken}`,
    store,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

async function listen(server: SMTPServer, port: number) {
  const failed = once(server, 'error').then(([error]) => Promise.reject(error))
  const listener = server.listen(port, HOST)
  await Promise.race([once(listener, 'listening'), failed])
  failed.catch(() => {})
  return (listener.address() as AddressInfo).port
}

function envelopeOf({ envelope }: SMTPServerSession) {
  return {
    from: envelope.mailFrom ? envelope.mailFrom.address : '',
    to: envelope.rcptTo.map(({ address }) => address),
  }
}
