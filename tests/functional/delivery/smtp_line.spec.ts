import { test } from '@japa/runner'
import { renderFor } from '#mailings/main'
// eslint-disable-next-line no-restricted-imports -- one line, without the ledger behind it
import { SmtpLine } from '#delivery/smtp_line'
// eslint-disable-next-line no-restricted-imports -- as above
import { smtpRoute } from '#delivery/smtp_route'
import { startSink, type SinkOptions } from '#tests/smtp_sink'
import { compiled, LINKS, ROSA } from '#tests/unit/mailings/letters'

type Cleanup = (undo: () => Promise<void> | void) => void

async function openLine(cleanup: Cleanup, options: SinkOptions = {}, address?: string) {
  const sink = await startSink(options)
  cleanup(() => sink.stop())
  const route = smtpRoute(address ?? sink.url)
  Object.assign(route.options, { host: '127.0.0.1', port: sink.port })
  const line = new SmtpLine(route)
  cleanup(() => line.close())
  return { sink, line }
}

const letterTo = (email: string) => renderFor(compiled(), { ...ROSA, email }, LINKS)

test.group('SMTP line | how far a message came', () => {
  test('cut in the middle of a long message it surely was not taken [SMTP-6]', async ({
    assert,
    cleanup,
  }) => {
    const { sink, line } = await openLine(cleanup)
    sink.behave('rosa@example.org', { at: 'data', hangUp: 'in the middle' }, 1)
    const message = { ...letterTo('rosa@example.org'), raw: Buffer.alloc(50_000_000, 'long\r\n') }

    const first = await line.send(message)
    const second = await line.send(letterTo('rosa@example.org'))

    assert.equal(first.kind, 'broken')
    assert.equal(second.kind, 'sent')
    assert.lengthOf(sink.messages, 1)
  })

  test('cut after the final dot it may have been taken [SMTP-6]', async ({ assert, cleanup }) => {
    const { sink, line } = await openLine(cleanup)
    sink.behave('rosa@example.org', { at: 'data', hangUp: 'after the final dot' })

    const { kind } = await line.send(letterTo('rosa@example.org'))

    assert.equal(kind, 'uncertain')
  })

  test('a line that the server closed meanwhile is opened again', async ({ assert, cleanup }) => {
    const { sink, line } = await openLine(cleanup, { socketTimeout: 1500 })
    await line.send(letterTo('rosa@example.org'))
    await new Promise((resolve) => setTimeout(resolve, 2500))

    const { kind } = await line.send(letterTo('amina@example.org'))

    assert.equal(kind, 'sent')
    assert.equal(sink.counts.connections, 2)
  })

  test('after a refusal the same line carries the next message', async ({ assert, cleanup }) => {
    const { sink, line } = await openLine(cleanup)
    sink.refuse('gone@example.org')
    sink.behave('full@example.org', { at: 'data', reply: '452 4.2.2 Full' })

    const kinds = []
    for (const name of ['gone', 'rosa', 'full', 'amina']) {
      const outcome = await line.send(letterTo(`${name}@example.org`))
      kinds.push(outcome.kind)
    }

    assert.deepEqual(kinds, ['failed', 'sent', 'deferred', 'sent'])
    assert.equal(sink.counts.connections, 1)
  })

  test('lines of a dot and addresses beyond ASCII arrive as they are [MSG-9, MSG-10, MSG-15]', async ({
    assert,
    cleanup,
  }) => {
    const { sink, line } = await openLine(cleanup)
    const dots = renderFor(compiled({ textBody: '.\n..\n.a\n\n.' }), ROSA, LINKS)

    await line.send(dots)
    await line.send(letterTo('Ünal@example.org'))
    await line.send(letterTo('rosa@blümen.example'))

    assert.deepEqual(sink.recipients().slice(0, 2), ['rosa@example.org', 'Ünal@example.org'])
    assert.equal(letterTo('rosa@blümen.example').envelope.to, 'rosa@xn--blmen-lva.example')
    assert.deepEqual(
      sink.messages.map(({ smtpUtf8 }) => smtpUtf8),
      [false, true, false]
    )
    const [first] = await sink.parsed()
    assert.isTrue(first.text!.startsWith('.\n..\n.a\n\n.\n'))
  })

  test('an address beyond ASCII fails clearly where the server cannot [MSG-9]', async ({
    assert,
    cleanup,
  }) => {
    const { sink, line } = await openLine(cleanup, { hideSMTPUTF8: true })

    const outcome = await line.send(letterTo('Ünal@example.org'))

    assert.equal(outcome.kind, 'failed')
    assert.match(outcome.reply.text, /does not offer SMTPUTF8/)
    assert.lengthOf(sink.messages, 0)
  })

  test('a server without 8BITMIME gets no byte above 127 [MSG-8]', async ({ assert, cleanup }) => {
    const { sink, line } = await openLine(cleanup, { hide8BITMIME: true, hidePIPELINING: true })

    await line.send(renderFor(compiled({ body: 'Grüße 🌷' }), { ...ROSA, name: 'Zoë' }, LINKS))

    assert.isTrue(sink.messages[0].raw.every((byte) => byte < 128))
  })
})

test.group('SMTP line | encryption', () => {
  test('a server elsewhere that offers none gets nothing, no password either [SMTP-13]', async ({
    assert,
    cleanup,
  }) => {
    let logIns = 0
    const { sink, line } = await openLine(
      cleanup,
      { disabledCommands: ['STARTTLS'], allowInsecureAuth: true, onAuth: () => void logIns++ },
      'smtp://postern:secret@mail.example.org'
    )

    const { kind, reply } = await line.send(letterTo('rosa@example.org'))

    assert.include(['refused', 'unreachable'], kind)
    assert.match(reply.text, /STARTTLS|TLS/)
    assert.equal(logIns, 0)
    assert.equal(sink.counts.transactions, 0)
  })

  test('a certificate that nobody vouches for ends it [SMTP-13]', async ({ assert, cleanup }) => {
    let logIns = 0
    for (const options of [{ disabledCommands: [] }, { secure: true }] as SinkOptions[]) {
      const address = options.secure
        ? 'smtps://u:p@mail.example.org'
        : 'smtp://u:p@mail.example.org'
      const { sink, line } = await openLine(
        cleanup,
        { ...options, onAuth: () => void logIns++ },
        address
      )

      const { reply } = await line.send(letterTo('rosa@example.org'))

      assert.match(reply.text, /self-signed|certificate/i)
      assert.equal(sink.counts.transactions, 0)
    }
    assert.equal(logIns, 0)
  })
})
