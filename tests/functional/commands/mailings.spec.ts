import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '@japa/runner'
import deliveryConfig from '#config/delivery'
import { makeList, makeSubscriber } from '#database/factories/main'
import Mailing from '#models/mailing'
import { inspectToken } from '#request_tokens/main'
import { emptyDatabase } from '#tests/database'
import { run } from '#tests/functional/commands/ace'
import { makePost, openSink } from '#tests/functional/delivery/post_office'

type Cleanup = (undo: () => Promise<void> | void) => void

async function file(cleanup: Cleanup, name: string, content: string | Buffer) {
  const folder = await mkdtemp(join(tmpdir(), 'postern-mailings-'))
  cleanup(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

/** What comes later stands in the place of what is usual. */
function create(list: string, body: string, ...more: string[]) {
  const usual = { '--list': list, '--subject': 'Bulbs', '--body': body }
  const argv = Object.entries(usual).filter(([flag]) => !more.includes(flag))
  return run('mailings:create', ...argv.flat(), ...more)
}

test.group('Command mailings:create | good input', (group) => {
  group.each.setup(() => emptyDatabase())

  test('makes a draft of {name} and prints its id')
    .with([
      { name: 'a.md', format: 'markdown' },
      { name: 'a.html', format: 'html' },
      { name: 'A.HTM', format: 'html' },
    ])
    .run(async ({ assert, cleanup }, { name, format }) => {
      const list = await makeList({ topics: ['Bulbs', 'Bees'] })
      const body = await file(cleanup, name, '<p>Plant, {{ subscriber.name }}.</p>')
      const text = await file(cleanup, 'a.txt', 'Plant!')

      const made = await create(list.slug, body, '--text', text, '--topic', 'bees', '--json')

      assert.equal(made.exitCode, 0)
      const mailing = await Mailing.findByOrFail('publicId', made.json().id)
      await mailing.load('topics')
      assert.include(mailing.serialize(), { status: 'draft', bodyFormat: format, subject: 'Bulbs' })
      assert.equal(mailing.textBody, 'Plant!')
      assert.deepEqual(
        mailing.topics.map((topic) => topic.slug),
        ['bees']
      )
    })
})

test.group('Command mailings:create | bad input', (group) => {
  group.each.setup(() => emptyDatabase())

  test('{title}: {says} [MSG-2]')
    .with([
      { title: 'no subject', argv: ['--subject', ' '], says: /The subject is empty. Write one./ },
      {
        title: 'a line break in the subject',
        argv: ['--subject', 'x\r\nBcc: y@example.org'],
        says: /The subject holds a line break/,
      },
      {
        title: 'a subject too long',
        argv: ['--subject', 'x'.repeat(501)],
        says: /500 is the most/,
      },
      { title: 'no such list', argv: ['--list', 'nosuch'], says: /There is no list "nosuch"/ },
      { title: 'no such topic', argv: ['--topic', 'x'], says: /has no topic "x"/ },
      { title: 'no such file', argv: ['--body', '/nosuch.md'], says: /there is no such file/ },
      { title: 'a file of another kind', argv: ['--body', '/x.docx'], says: /end its name in/ },
    ])
    .run(async ({ assert, cleanup }, { argv, says }) => {
      await makeList()
      const body = await file(cleanup, 'a.md', 'Plant.')

      const refused = await create('garden-news', body, ...argv)

      assert.equal(refused.exitCode, 1)
      assert.match(refused.talk, says)
      assert.equal(refused.out, '')
      assert.lengthOf(await Mailing.all(), 0)
    })

  test('a flag given twice', async ({ assert, cleanup }) => {
    const { slug } = await makeList()
    const body = await file(cleanup, 'a.md', 'Plant.')

    const refused = await run(
      'mailings:create',
      ...['--list', slug, '--body', body, '--subject', 'a', '--subject', 'b']
    )

    assert.equal(refused.exitCode, 1)
    assert.equal(refused.talk, '--subject is given twice. Give it once.')
  })

  test('a body is refused with: {says}')
    .with([
      { body: '', says: /The body is empty/ },
      { body: 'one\n\n{{ subscriber.name', says: /fault in line 3: output/ },
      { body: 'one\n{% render "x" %}', says: /fault in line 2: there is no tag "render"/ },
      { body: '{{ process.env.APP_KEY }}', says: /there is no value "process.env.APP_KEY"/ },
      { body: Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65]), says: /is not UTF-8/ },
    ])
    .run(async ({ assert, cleanup }, { body, says }) => {
      await makeList()

      const refused = await create('garden-news', await file(cleanup, 'a.md', body))

      assert.equal(refused.exitCode, 1)
      assert.match(refused.talk, says)
      assert.lengthOf(await Mailing.all(), 0)
    })
})

test.group('Command mailings:preview | and test', (group) => {
  group.each.setup(() => emptyDatabase())

  test('shows what a subscriber would get, with no live link [UNSUB-16]', async ({ assert }) => {
    const { id } = await makePost(2)

    const text = await run('mailings:preview', id, '--subscriber', 'person2@example.org')
    const html = await run('mailings:preview', id, '--html')
    const raw = await run('mailings:preview', id, '--raw', '--subscriber', 'person2@example.org')
    const json = await run('mailings:preview', id, '--json')

    assert.match(text.out, /^Subject: Bulbs for spring\n\n.*Dear Person 2,/)
    assert.match(html.out, /^<!doctype html>[\s\S]*Dear Alex Example/)
    assert.match(raw.out, /^To: Person 2 <person2@example.org>\r\n/)
    for (const { out } of [text, html, raw]) assert.notMatch(out, /rt=/)
    assert.sameMembers(Object.keys(json.json()), ['subject', 'text', 'html', 'raw'])
  })

  test('refuses who is no subscriber', async ({ assert }) => {
    const { id } = await makePost(1)

    const refused = await run('mailings:preview', id, '--subscriber', 'nobody@example.org')

    assert.equal(refused.exitCode, 1)
    assert.equal(refused.talk, 'There is no subscriber nobody@example.org.')
  })

  test('prints a link for colleagues that expires and is for nobody in particular', async ({
    assert,
    client,
  }) => {
    const { id } = await makePost(1)

    const { out } = await run('mailings:preview', id, '--link')

    const url = new URL(out)
    const { claims } = await inspectToken(url.searchParams.get('rt')!)
    assert.equal(claims!.scope, 'preview')
    assert.isUndefined(claims!.sub)
    assert.approximately(claims!.exp - claims!.iat, 7 * 86_400, 1)
    const page = await client.get(`${url.pathname}${url.search}`)
    page.assertStatus(200)
  })

  test('sends a test with live links to a subscriber, without to others [UNSUB-16]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup)
    const { id } = await makePost(1)

    const first = await run('mailings:test', id, '--to', 'person1@example.org')
    await run('mailings:test', id, '--to', 'boss@example.org')

    assert.match(first.out, /^Sent a test to person1@example.org/)
    const [own, other] = sink.messages.map(({ raw }) => raw.toString())
    assert.match(own, /List-Unsubscribe: <http[^>]+\/unsubscribe\?rt=/)
    assert.notMatch(other, /List-Unsubscribe|rt=/)
    const { counts } = await statusOf(id)
    assert.equal(counts.sent, 0)
  })

  test('{to} is no recipient [MSG-3]')
    .with([
      { to: 'a@example.org,b@example.org' },
      { to: 'a@example.org\r\nBcc: b@example.org' },
      { to: 'Group: a@example.org;' },
      { to: ' ' },
    ])
    .run(async ({ assert, cleanup }, { to }) => {
      const sink = await openSink(cleanup)
      const { id } = await makePost(1)

      const refused = await run('mailings:test', id, '--to', to)

      assert.equal(refused.exitCode, 1)
      assert.lengthOf(sink.messages, 0)
    })
})

async function statusOf(id: string) {
  const status = await run('mailings:status', id, '--json')
  return status.json()
}

test.group('Command mailings:send | and the others', (group) => {
  group.each.setup(() => emptyDatabase())

  test('sends, waits and says how it went', async ({ assert, cleanup }) => {
    const sink = await openSink(cleanup)
    sink.refuse('person2@example.org')
    const { id } = await makePost(3)

    const sent = await run('mailings:send', id, '--wait')
    const status = await run('mailings:status', id)

    assert.equal(sent.exitCode, 0)
    assert.equal(
      sent.out,
      `Sent to 2 of 3; 1 failed. The mailing is sent. Who and why: mailings:status ${id}; to try them again: mailings:retry ${id} --failed.`
    )
    assert.match(status.out, /person2@example.org +failed +550 +550 5\.1\.1 No such person here/)
    const report = await statusOf(id)
    assert.include(report, { id, status: 'sent' })
    assert.sameMembers(Object.keys(report.counts), [
      'pending',
      'claimed',
      'sent',
      'deferred',
      'failed',
      'skipped',
      'uncertain',
    ])
  })

  test('to an empty list it refuses', async ({ assert }) => {
    const { id } = await makePost(0)

    const refused = await run('mailings:send', id, '--wait')

    assert.equal(refused.exitCode, 1)
    assert.match(refused.talk, /^Nobody is to get this mailing: .* nothing was sent\.$/)
  })

  test('with the server away it says so, gives up and loses nothing', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup)
    await sink.stop()
    const { id } = await makePost(2)

    const refused = await run('mailings:send', id, '--wait', '--patience', '0')

    assert.equal(refused.exitCode, 1)
    assert.match(refused.talk, /cannot be reached: .* 0 of 2 are sent and nothing is lost/)
    const { counts } = await statusOf(id)
    assert.equal(counts.pending, 2)
  })

  test('pause, resume, cancel, retry', async ({ assert, cleanup }) => {
    const sink = await openSink(cleanup)
    sink.refuse('person1@example.org')
    const { id } = await makePost(2)

    const begun = await run('mailings:send', id)
    const paused = await run('mailings:pause', id)
    const refused = await run('mailings:send', id, '--wait')
    const resumed = await run('mailings:resume', id)
    await run('mailings:send', id, '--wait')
    sink.forgetRules()
    const which = await run('mailings:retry', id)
    const retried = await run('mailings:retry', id, '--failed')
    await run('mailings:send', id, '--wait')
    const late = await run('mailings:cancel', id)

    assert.match(begun.out, /^Handed to the workers, for 2 people/)
    assert.match(paused.out, /^Paused\. Sent to 0 of 2; 2 waiting/)
    assert.match(refused.talk, /is "paused"\. Go on with mailings:resume\./)
    assert.match(resumed.out, /^Resumed\./)
    assert.equal(which.talk, 'Say which: --failed, --uncertain or both.')
    assert.equal(retried.out, 'Put 1 delivery back; a worker sends them.')
    assert.match(late.talk, /is "sent" and cannot be cancelled/)
    assert.lengthOf(sink.messages, 2)
  })

  test('an unknown id, and --at with --wait', async ({ assert }) => {
    const { id } = await makePost(1)
    for (const name of ['send', 'status', 'pause', 'resume', 'cancel', 'preview']) {
      const refused = await run(`mailings:${name}`, 'nosuch')
      assert.equal(refused.exitCode, 1, name)
      assert.match(refused.talk, /There is no mailing "nosuch"/)
    }
    const both = await run('mailings:send', id, '--wait', '--at', '2099-01-01')
    assert.equal(both.talk, 'Give --at or --wait, not both.')
  })

  test('without a postal address nothing leaves [LAW-5]', async ({ assert, cleanup }) => {
    const usual = deliveryConfig.postalAddress
    deliveryConfig.postalAddress = ''
    cleanup(() => void (deliveryConfig.postalAddress = usual))
    const sink = await openSink(cleanup)
    const list = await makeList()
    await makeSubscriber({ list })
    const made = await create(list.slug, await file(cleanup, 'a.md', 'x'), '--json')

    for (const argv of [
      ['mailings:send', '--wait'],
      ['mailings:test', '--to', 'a@example.org'],
    ]) {
      const refused = await run(argv[0], made.json().id, ...argv.slice(1))
      assert.match(refused.talk, /has no postal address/)
    }
    assert.lengthOf(sink.messages, 0)
  })
})
