import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server'

/** What the sink does for one recipient, in place of taking the message. */
export type Behaviour =
  | { at: 'rcpt' | 'data'; reply: string }
  /** Hangs up when the first bytes of the message come. */
  | { at: 'data'; hangUp: 'in the middle' }
  /** Takes the message, and hangs up in place of the reply. */
  | { at: 'data'; hangUp: 'after the final dot' }
  | { at: 'rcpt'; hangUp: true }

export interface Received {
  from: string
  to: string[]
  raw: Buffer
  secure: boolean
  /** The client said that the message needs SMTPUTF8. */
  smtpUtf8: boolean
  user?: string
}

export interface SinkOptions extends SMTPServerOptions {
  /** @default any free one */
  port?: number
  /** How long it thinks before each reply to a message, in milliseconds. @default 0 */
  delay?: number
  /** The reply to every MAIL FROM. @default it is accepted */
  mailReply?: string
}

/** A real SMTP server that records what it is given: `const sink = await startSink()`. */
export async function startSink(options: SinkOptions = {}) {
  const { port = 0, delay = 0, mailReply, ...serverOptions } = options
  const messages: Received[] = []
  const rules = new Map<string, { behaviour: Behaviour; times: number }>()
  const counts = { connections: 0, transactions: 0 }

  const take = (address: string, at: 'rcpt' | 'data') => {
    const rule = rules.get(address) ?? rules.get('*')
    if (!rule || rule.behaviour.at !== at || rule.times <= 0) return null
    rule.times--
    return rule.behaviour
  }

  const server: SMTPServer = new SMTPServer({
    authOptional: true,
    disabledCommands: serverOptions.key ? ['AUTH'] : ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onConnect(_session, done) {
      counts.connections++
      done()
    },
    onMailFrom(_address, _session, done) {
      counts.transactions++
      done(mailReply ? replyError(mailReply) : null)
    },
    onRcptTo({ address }, session, done) {
      const behaviour = take(address, 'rcpt')
      if (!behaviour) return done()
      if ('reply' in behaviour) return done(replyError(behaviour.reply))
      hangUp(server, session)
    },
    async onData(stream, session, done) {
      const to = session.envelope.rcptTo.map(({ address }) => address)
      const behaviour = take(to[0], 'data')
      const parts: Buffer[] = []
      try {
        for await (const part of stream) {
          if (behaviour && 'hangUp' in behaviour && behaviour.hangUp === 'in the middle')
            return hangUp(server, session)
          parts.push(part)
        }
      } catch {
        return // the client hung up
      }
      if (delay > 0) await sleep(delay)
      if (behaviour && 'reply' in behaviour) return done(replyError(behaviour.reply))
      const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : ''
      const { secure, user } = session
      const smtpUtf8 = Boolean(session.envelope.smtpUtf8)
      messages.push({ from, to, raw: Buffer.concat(parts), secure, smtpUtf8, user })
      if (behaviour) return hangUp(server, session)
      done(null, '2.0.0 kept')
    },
    ...serverOptions,
  })
  server.on('error', () => {})
  const listener = server.listen(port, '127.0.0.1')
  await once(listener, 'listening')
  const taken = (listener.address() as AddressInfo).port

  return {
    port: taken,
    url: `${serverOptions.secure ? 'smtps' : 'smtp'}://127.0.0.1:${taken}`,
    messages,
    counts,
    /** Whom it has taken a message for, in order. */
    recipients: () => messages.flatMap(({ to }) => to),
    /** Every message, parsed by a library that is not ours. */
    parsed: () => Promise.all(messages.map(({ raw }) => simpleParser(raw))),
    /** Behaves so for a recipient (`*`: for all others), so many times. */
    behave(address: string, behaviour: Behaviour, times = Number.POSITIVE_INFINITY) {
      rules.set(address, { behaviour, times })
    },
    /** `sink.refuse('rosa@example.org')` */
    refuse(address: string, reply = '550 5.1.1 No such person here') {
      rules.set(address, { behaviour: { at: 'rcpt', reply }, times: Number.POSITIVE_INFINITY })
    },
    /** Says "later", so many times. */
    defer(address: string, times = 1, reply = '451 4.3.0 Come back later') {
      rules.set(address, { behaviour: { at: 'rcpt', reply }, times })
    },
    forgetRules: () => rules.clear(),
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

export type Sink = Awaited<ReturnType<typeof startSink>>

/** `550 5.1.1 No such person` as what the library makes a reply of. */
function replyError(reply: string) {
  const [, code, text] = reply.match(/^(\d{3}) ([\s\S]*)$/)!
  return Object.assign(new Error(text), { responseCode: Number(code) })
}

function hangUp(server: SMTPServer, { id }: SMTPServerSession) {
  for (const connection of server.connections as Iterable<any>)
    if (connection.session.id === id) connection._socket.destroy()
}
