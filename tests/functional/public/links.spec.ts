import { setTimeout as sleep } from 'node:timers/promises'
import { test } from '@japa/runner'
import limiter from '@adonisjs/limiter/services/main'
import type List from '#models/list'
import type Subscriber from '#models/subscriber'
import { listUses } from '#request_tokens/main'
import { suppress } from '#subscribers/main'
import { makeList, makeSubscriber, makeSubscription } from '#database/factories/main'
import { emptyDatabase } from '#tests/database'
import { startSink, type Sink } from '#tests/smtp_sink'
import { base, formOn, makeLink, statusOf, submit, visit } from '#tests/functional/public/visitor'

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)

let list: List
let rosa: Subscriber
let sink: Sink

/** The mail is sent after the answer, so it may be some moments behind it. */
async function mailsWithin(ms: number, count: number) {
  const until = Date.now() + ms
  while (sink.messages.length < count && Date.now() < until) await sleep(10)
  return sink.parsed()
}

const NONE_WITHIN_MS = 400

test.group('Fresh links', (group) => {
  group.setup(async () => {
    sink = await startSink({ port: Number(new URL(process.env.SMTP_URL!).port) })
    return () => sink.stop()
  })
  group.each.setup(async () => {
    await emptyDatabase()
    await limiter.clear()
    sink.messages.length = 0
    list = await makeList({ name: 'Garden News' })
    rosa = await makeSubscriber({ email: 'rosa@example.org', name: 'Rosa Lindqvist', list })
  })

  test('an expired link needs one button and no address [UNSUB-12, A11Y-7]', async ({ assert }) => {
    const old = await makeLink('unsubscribe', rosa, list, { at: daysAgo(401) })
    const refused = await (await visit(old.url)).text()

    const response = await submit('/links', formOn(refused, '/links'))
    const page = await response.text()
    const [mail] = await mailsWithin(3000, 1)

    assert.equal(response.status, 200)
    assert.include(page, 'r•••@example.org')
    assert.notInclude(page, 'rosa@example.org')
    assert.deepEqual(sink.recipients(), ['rosa@example.org'])
    assert.equal(mail.subject, 'Your fresh links for Garden News')
    const [unsubscribe] = mail.text!.match(/\S+\/unsubscribe\?rt=\S+/)!
    assert.include(mail.html, unsubscribe)
    await submit(unsubscribe, { 'List-Unsubscribe': 'One-Click' })
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
  })

  test('asked by address: one answer for known, unknown and left, and no difference in time [URL-11]', async ({
    assert,
  }) => {
    await makeSubscriber({ email: 'tomas@example.org', list, status: 'unsubscribed' })
    const ask = async (email: string) => {
      const started = performance.now()
      const response = await submit('/links', { email })
      const page = await response.text()
      return {
        answer: [response.status, page, [...response.headers.keys()]],
        ms: performance.now() - started,
      }
    }
    await ask('first@example.org')

    const known = await ask('rosa@example.org')
    const unknown = await ask('nobody@example.org')
    const left = await ask('tomas@example.org')
    await mailsWithin(NONE_WITHIN_MS, 2)

    assert.deepEqual(known.answer, unknown.answer)
    assert.deepEqual(left.answer, unknown.answer)
    assert.isBelow(Math.abs(known.ms - unknown.ms), 50)
    assert.deepEqual(sink.recipients(), ['rosa@example.org'])
  })

  test('the mail names every list that one is on, for spellings of the same address', async ({
    assert,
  }) => {
    const other = await makeList({ name: 'Tool Notes' })
    await makeSubscription(rosa, other)

    await submit('/links', { email: '  Rosa@EXAMPLE.org ' })
    const [mail] = await mailsWithin(3000, 1)

    assert.equal(mail.subject, 'Your fresh links')
    assert.include(mail.text, 'Garden News')
    assert.include(mail.text, 'Tool Notes')
    assert.lengthOf(mail.text!.match(/\/preferences\?rt=/g)!, 2)
    for (const [url] of mail.text!.matchAll(/\S+\?rt=\S+/g)) {
      assert.isTrue(url.startsWith(base))
      assert.equal((await visit(url)).status, 200, url)
    }
  })

  test('the mail is no mailing: it carries no list headers, and obeys no pause [UNSUB-16, UNSUB-24]', async ({
    assert,
  }) => {
    await rosa.merge({ pausedUntil: rosa.createdAt.plus({ days: 30 }) }).save()

    await submit('/links', { email: 'rosa@example.org' })
    const [mail] = await mailsWithin(3000, 1)

    const names = [...mail.headers.keys()]
    assert.deepEqual(
      names.filter((name) => name.startsWith('list') || name === 'precedence'),
      []
    )
    assert.equal(mail.headers.get('auto-submitted'), 'auto-generated')
  })

  test('who has left gets the way back only when a link of theirs asks', async ({ assert }) => {
    const old = await makeLink('preferences', rosa, list, { at: daysAgo(40) })
    const leave = await makeLink('unsubscribe', rosa, list)
    await submit(leave.url, { 'List-Unsubscribe': 'One-Click' })

    await submit('/links', formOn(await (await visit(old.url)).text(), '/links'))
    const [mail] = await mailsWithin(3000, 1)

    assert.match(mail.text!, /\/preferences\?rt=/)
    assert.notMatch(mail.text!, /\/unsubscribe\?rt=/)
  })

  test('no mail goes to an address that is {state}')
    .with([{ state: 'complaining' }, { state: 'erased' }, { state: 'on no list' }])
    .run(async ({ assert }, { state }) => {
      const old = await makeLink('preferences', rosa, list, { at: daysAgo(40) })
      if (state === 'complaining') await suppress('rosa@example.org', { reason: 'complaint' })
      else if (state === 'erased')
        await rosa.merge({ email: null, emailKey: null, erasedAt: rosa.createdAt }).save()
      else await rosa.related('subscriptions').query().delete()

      const typed = await submit('/links', { email: 'rosa@example.org' })
      await limiter.clear()
      const held = await submit('/links', { rt: old.token })
      await mailsWithin(NONE_WITHIN_MS, 1)

      assert.equal(typed.status, 200)
      assert.oneOf(held.status, [200, 422])
      assert.lengthOf(sink.messages, 0)
    })

  test('a token that is not genuine names nobody', async ({ assert }) => {
    const { token } = await makeLink('unsubscribe', rosa, list)

    const response = await submit('/links', { rt: `${token.slice(0, -4)}AAAA` })
    const page = await response.text()
    await mailsWithin(NONE_WITHIN_MS, 1)

    assert.equal(response.status, 422)
    assert.include(page, 'Give the address our mails come to')
    assert.notInclude(page, 'Garden News')
    assert.lengthOf(sink.messages, 0)
  })

  test('"{email}" is refused beside the field, with the words kept [A11Y-6]')
    .with([
      { email: '', says: 'Give the address our mails come to.' },
      { email: 'nonsense', says: 'is not an e-mail address' },
      { email: 'a@b@c', says: 'is not an e-mail address' },
      { email: '"><script>@example.org', says: 'is not an e-mail address' },
      { email: 'rosa@example.org\r\nBcc: x@example.org', says: 'is not an e-mail address' },
    ])
    .run(async ({ assert }, { email, says }) => {
      const response = await submit('/links', { email })
      const page = await response.text()

      assert.equal(response.status, 422)
      assert.include(page, says)
      assert.match(page, /aria-invalid=true aria-describedby=email-wrong/)
      assert.include(page, 'id="email-wrong"')
      assert.include(page, 'autocomplete="email"')
      assert.notInclude(page, '<script')
    })

  test('one mail per address within ten minutes, from wherever it is asked [URL-12]', async ({
    assert,
  }) => {
    const first = await submit('/links', { email: 'rosa@example.org' })
    const second = await submit('/links', { email: 'ROSA@example.org' })
    const unknown = [
      await submit('/links', { email: 'nobody@example.org' }),
      await submit('/links', { email: 'nobody@example.org' }),
    ]
    await mailsWithin(NONE_WITHIN_MS, 2)

    assert.deepEqual([first.status, second.status], [200, 429])
    assert.deepEqual(
      unknown.map(({ status }) => status),
      [200, 429]
    )
    assert.isAbove(Number(second.headers.get('retry-after')), 0)
    assert.equal(second.headers.get('cache-control'), 'no-store')
    assert.include(await second.text(), 'Please wait a little')
    assert.lengthOf(sink.messages, 1)
  })

  test('one source asks for twenty an hour at most [URL-12]', async ({ assert }) => {
    const statuses = []
    for (let i = 0; i < 21; i++)
      statuses.push((await submit('/links', { email: `reader${i}@example.org` })).status)

    assert.deepEqual([...new Set(statuses.slice(0, 20))], [200])
    assert.equal(statuses[20], 429)
  })

  test('a forwarding header does not make another source [URL-13]', async ({ assert }) => {
    const statuses = []
    for (let i = 0; i < 21; i++)
      statuses.push(
        (
          await submit(
            '/links',
            { email: `reader${i}@example.org` },
            { 'X-Forwarded-For': `192.0.2.${i}` }
          )
        ).status
      )

    assert.equal(statuses[20], 429)
  })

  test('looking at the form, and asking, consume and record nothing', async ({ assert }) => {
    const { token } = await makeLink('unsubscribe', rosa, list)

    assert.equal((await visit('/links')).status, 200)
    await submit('/links', { rt: token })

    assert.lengthOf(await listUses({}), 0)
    assert.equal(await statusOf(rosa, list), 'subscribed')
  })
})
