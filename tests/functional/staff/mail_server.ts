import { once } from 'node:events'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'

interface ReceivedMail {
  to: string
  text: string
  html: string
  headers: ParsedMail['headers']
}

/** A real mail server at SMTP_URL, where system mail goes. */
export async function mailServer() {
  const received: ReceivedMail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    async onData(stream, session, done) {
      const mail = await simpleParser(stream)
      received.push({
        to: session.envelope.rcptTo.map(({ address }) => address).join(),
        text: mail.text ?? '',
        html: mail.html || '',
        headers: mail.headers,
      })
      server.emit('mail')
      done()
    },
  })
  const { hostname, port } = new URL(process.env.SMTP_URL!)
  server.listen(Number(port), hostname)
  await once(server.server, 'listening')
  return {
    received,
    async next() {
      if (received.length === 0) await once(server, 'mail', { signal: AbortSignal.timeout(5000) })
      return received[0]
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
