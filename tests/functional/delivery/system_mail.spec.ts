import type { NodeMailerMessage } from '@adonisjs/mail/types'
import { SMTPTransport } from '@adonisjs/mail/transports/smtp'
import { test } from '@japa/runner'
import { smtpServer } from '#config/smtp'
import { startSink } from '#tests/smtp_sink'

const letter = (n: number) =>
  ({
    from: 'news@example.org',
    to: `person${n}@example.org`,
    subject: 'Your link',
    text: 'Here it is.',
  }) as unknown as NodeMailerMessage

function transportTo(address: string, port: number, options: { pool?: true } = {}) {
  const { auth, ...server } = smtpServer(address)
  return new SMTPTransport({
    ...server,
    host: '127.0.0.1',
    port,
    ...options,
    ...(auth && { auth: { type: 'login', ...auth } }),
  })
}

test.group('System mail | over SMTP', () => {
  test('is not held back packet by packet', async ({ assert, cleanup }) => {
    const sink = await startSink()
    cleanup(() => sink.stop())
    // One connection, so that its opening is not measured.
    const transport = transportTo(sink.url, sink.port, { pool: true })
    cleanup(() => transport.close())
    await transport.send(letter(0))

    const started = performance.now()
    for (let n = 1; n <= 20; n++) await transport.send(letter(n))
    const each = (performance.now() - started) / 20

    assert.lengthOf(sink.messages, 21)
    assert.isBelow(each, 40) // Nagle's algorithm with delayed ACKs costs more than 40 ms a message
  })

  test('goes to a server elsewhere only encrypted [SMTP-13]', async ({ assert, cleanup }) => {
    let logIns = 0
    const sink = await startSink({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: () => void logIns++,
    })
    cleanup(() => sink.stop())
    const transport = transportTo('smtp://postern:word@mail.example.org', sink.port)

    await assert.rejects(() => transport.send(letter(1)), /STARTTLS/)
    assert.equal(logIns, 0)
    assert.lengthOf(sink.messages, 0)
  })
})
