import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '@japa/runner'
import { createTransport } from 'nodemailer'
import { startMailbox } from '#mailbox/main'
import { startSink } from '#tests/smtp_sink'

async function openMailbox(cleanup: (fn: () => Promise<void>) => void, port = 0) {
  const directory = await mkdtemp(join(tmpdir(), 'postern-mailbox-'))
  cleanup(() => rm(directory, { recursive: true }))
  const mailbox = await startMailbox({ port, directory })
  cleanup(() => mailbox.stop())
  return mailbox
}

const letter = {
  from: 'Garden News <news@example.org>',
  to: 'Rosa Lindqvist <rosa@example.org>',
  subject: 'Tulpen für Frühling',
  text: 'Plant them now.\n.\nYours',
  html: '<p>Plant them <a href="https://example.org/tulips">now</a>.</p>',
}

test.group('Mailbox | a message comes in', () => {
  test('keeps what came over SMTP, readable part by part', async ({ assert, cleanup }) => {
    const mailbox = await openMailbox(cleanup)

    await createTransport(mailbox.url).sendMail(letter)

    const [summary] = await mailbox.store.list()
    assert.equal(summary.subject, 'Tulpen für Frühling')
    assert.include(summary.to, 'rosa@example.org')
    const message = await mailbox.store.find(summary.id)
    assert.include(message!.text, 'Plant them now.')
    assert.include(message!.html!, 'href="https://example.org/tulips"')
    assert.deepEqual(message!.envelope, { from: 'news@example.org', to: ['rosa@example.org'] })
    assert.isTrue(message!.headers.some(({ name }) => name === 'Message-ID'))
  })

  test('a line with a dot alone arrives intact [MSG-15]', async ({ assert, cleanup }) => {
    const mailbox = await openMailbox(cleanup)

    await createTransport(mailbox.url).sendMail(letter)

    const [message] = await mailbox.store.messages()
    assert.equal(message.text.trim(), 'Plant them now.\n.\nYours')
  })

  test('shows the newest first and nothing for an unknown id', async ({ assert, cleanup }) => {
    const { store } = await openMailbox(cleanup)
    for (const subject of ['first', 'second', 'third'])
      await store.add(Buffer.from(`Subject: ${subject}\r\n\r\nx\r\n`), { from: '', to: [] })

    const list = await store.list()

    assert.deepEqual(
      list.map(({ subject }) => subject),
      ['third', 'second', 'first']
    )
    assert.isNull(await store.find('../../package'))
    assert.isNull(await store.find('000000000-00000'))
  })

  test('says which port is taken', async ({ assert, cleanup }) => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    cleanup(async () => void other.close())
    const { port } = other.address() as { port: number }

    await assert.rejects(() => openMailbox(cleanup, port), /EADDRINUSE/)
  })
})

test.group('SMTP sink | told to misbehave', () => {
  test('refuses one, defers one once, and hangs up on one', async ({ assert, cleanup }) => {
    const sink = await startSink()
    cleanup(() => sink.stop())
    sink.refuse('gone@example.org')
    sink.defer('busy@example.org')
    sink.behave('cut@example.org', { at: 'data', hangUp: 'after the final dot' })
    const send = (to: string) => createTransport(sink.url).sendMail({ ...letter, to })

    await assert.rejects(() => send('gone@example.org'), /550 5\.1\.1 No such person here/)
    await assert.rejects(() => send('busy@example.org'), /451 4\.3\.0 Come back later/)
    await assert.rejects(() => send('cut@example.org'), /closed/)
    await send('busy@example.org')

    assert.deepEqual(sink.recipients(), ['cut@example.org', 'busy@example.org'])
  })
})
