import { gzipSync } from 'node:zlib'
import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import ConsentEvent from '#models/consent_event'
import type List from '#models/list'
import type Subscriber from '#models/subscriber'
import Subscription from '#models/subscription'
import { listUses } from '#request_tokens/main'
import { makeList, makeSubscriber, makeSubscription } from '#database/factories/main'
import { emptyDatabase } from '#tests/database'
import { base, formOn, makeLink, statusOf, submit, visit } from '#tests/functional/public/visitor'

const PAIR = 'List-Unsubscribe=One-Click'
const FORM = 'application/x-www-form-urlencoded'

// RFC 8058 section 8.3, its body as printed there: the dashes before the boundary are missing.
const SAMPLE = {
  type: 'multipart/form-data; boundary=---FormBoundaryjWmhtjORrn',
  body: [
    '---FormBoundaryjWmhtjORrn',
    'Content-Disposition: form-data; name="List-Unsubscribe"',
    '',
    'One-Click',
    '---FormBoundaryjWmhtjORrn--',
    '',
  ].join('\r\n'),
}

let list: List
let rosa: Subscriber

async function start() {
  await emptyDatabase()
  list = await makeList({ name: 'Garden News', topics: ['Events', 'Recipes'] })
  rosa = await makeSubscriber({ email: 'rosa@example.org', list, topics: ['Events'] })
}

const post = (url: string, body: RequestInit['body'], headers: Record<string, string> = {}) =>
  visit(url, { method: 'POST', body, headers })

test.group('Unsubscribe | looking', (group) => {
  group.each.setup(start)

  test('shows the list, the masked address and one button [URL-16, A11Y-10]', async ({
    assert,
  }) => {
    const link = await makeLink('unsubscribe', rosa, list)

    const response = await visit(link.url)
    const page = await response.text()

    assert.equal(response.status, 200)
    assert.include(page, 'Unsubscribe from Garden News?')
    assert.include(page, 'r•••@example.org')
    assert.notInclude(page, 'rosa@example.org')
    assert.notInclude(page, 'Rosa')
    assert.lengthOf(page.match(/<button/g) ?? [], 1)
    assert.match(page, /<button[^>]*>Unsubscribe<\/button>/)
  })

  test('changes nothing, however often, and whatever the URL says [UNSUB-7]', async ({
    assert,
  }) => {
    const { url } = await makeLink('unsubscribe', rosa, list)
    const before = await stateOfTables()

    for (let i = 0; i < 25; i++) {
      await visit(url)
      await visit(`${url}&${PAIR}&_method=POST`, { method: i % 2 ? 'GET' : 'HEAD' })
    }

    assert.deepEqual(await stateOfTables(), before)
    assert.equal((await post(url, PAIR, { 'Content-Type': FORM })).status, 200)
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
  })

  test('says since when someone who has left is off the list', async ({ assert }) => {
    const { url } = await makeLink('unsubscribe', rosa, list)
    await post(url, PAIR, { 'Content-Type': FORM })

    const page = await (await visit(url)).text()

    assert.include(page, 'You have left Garden News')
    assert.match(page, /This has been so since \d+ \w+ \d{4}, \d\d:\d\d UTC/)
    assert.notInclude(page, '<form')
  })

  test('OPTIONS is told the methods, all others are refused [UNSUB-8]', async ({ assert }) => {
    const { url } = await makeLink('unsubscribe', rosa, list)

    const options = await visit(url, { method: 'OPTIONS' })
    assert.equal(options.status, 204)
    assert.equal(options.headers.get('allow'), 'GET, HEAD, POST, OPTIONS')
    for (const method of ['PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
      const response = await visit(url, { method })
      assert.equal(response.status, 405, method)
      assert.equal(response.headers.get('allow'), 'GET, HEAD, POST, OPTIONS')
    }
    assert.equal(await statusOf(rosa, list), 'subscribed')
  })
})

test.group('Unsubscribe | one click', (group) => {
  group.each.setup(start)

  test('{name} unsubscribes with a line of text, no cookie, no redirect [UNSUB-4, UNSUB-13]')
    .with([
      { name: 'urlencoded', body: () => new URLSearchParams(PAIR) },
      {
        name: 'multipart',
        body: () => {
          const form = new FormData()
          form.set('List-Unsubscribe', 'One-Click')
          return form
        },
      },
    ])
    .run(async ({ assert }, { body }) => {
      const { url, jti } = await makeLink('unsubscribe', rosa, list, { mailing: 'spring' })

      const response = await post(url, body(), { Cookie: 'postern=somebody-else' })

      assert.equal(response.status, 200)
      assert.match(response.headers.get('content-type') ?? '', /^text\/plain/)
      assert.equal(await response.text(), 'You have been unsubscribed.')
      assert.isNull(response.headers.get('set-cookie'))
      assert.equal(await statusOf(rosa, list), 'unsubscribed')
      const [use] = await listUses({ jti })
      assert.equal(use.outcome, 'used')
      assert.isNull(use.note)
    })

  test('gets no redirect: {path}, {headers} [UNSUB-5]')
    .with([
      { path: '/unsubscribe/', headers: {} },
      { path: '//unsubscribe', headers: {} },
      { path: '/unsubscribe', headers: { 'Accept-Language': 'ar', 'Cookie': 'postern=stale' } },
      { path: '/unsubscribe', headers: { 'X-Forwarded-Proto': 'http', 'Origin': 'null' } },
    ])
    .run(async ({ assert }, { path, headers }) => {
      const { token } = await makeLink('unsubscribe', rosa, list)

      const response = await fetch(`${base}${path}?rt=${token}`, {
        method: 'POST',
        redirect: 'manual',
        body: new URLSearchParams(PAIR),
        headers: headers as Record<string, string>,
      })

      assert.isFalse(response.status >= 300 && response.status < 400)
      if (path !== '//unsubscribe') assert.equal(await statusOf(rosa, list), 'unsubscribed')
    })

  test('{name} still unsubscribes, and is noted [UNSUB-6]')
    .with([
      { name: 'an empty body', type: FORM, body: '' },
      { name: 'no body and no type', type: null, body: undefined },
      { name: 'the sample of RFC 8058 section 8.3', ...SAMPLE },
      { name: 'multipart without a boundary', type: 'multipart/form-data', body: SAMPLE.body },
      { name: 'multipart cut short', type: SAMPLE.type, body: SAMPLE.body.slice(0, 60) },
      { name: 'broken JSON', type: 'application/json', body: '{"List-Unsubscribe": ' },
      { name: 'a JSON list', type: 'application/json', body: '[1, 2]' },
      { name: 'text', type: 'text/plain', body: PAIR },
      { name: 'an unknown type', type: 'application/x-strange', body: '\u0000\u0001' },
      { name: 'other fields', type: FORM, body: 'a=1&b=%ZZ&__proto__=x' },
      { name: 'the pair in other letters', type: FORM, body: PAIR.toLowerCase() },
      { name: 'a body of 1 MB', type: FORM, body: `a=${'x'.repeat(1024 * 1024)}` },
      { name: 'a body of 8 MB', type: FORM, body: `a=${'x'.repeat(8 * 1024 * 1024)}` },
    ])
    .run(async ({ assert }, { type, body }) => {
      const { url, jti } = await makeLink('unsubscribe', rosa, list)

      const response = await post(url, body, type ? { 'Content-Type': type } : {})

      assert.equal(response.status, 200)
      assert.equal(await response.text(), 'You have been unsubscribed.')
      assert.equal(await statusOf(rosa, list), 'unsubscribed')
      const [use] = await listUses({ jti })
      assert.equal(use.note, 'body=nonstandard')
    })

  test('a compressed body still unsubscribes [UNSUB-6]', async ({ assert }) => {
    const { url } = await makeLink('unsubscribe', rosa, list)

    const response = await post(url, gzipSync(PAIR), {
      'Content-Type': FORM,
      'Content-Encoding': 'gzip',
    })

    assert.equal(response.status, 200)
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
  })

  test('again and again, one by one and at once: one change, one event [UNSUB-10]', async ({
    assert,
  }) => {
    const { url, jti } = await makeLink('unsubscribe', rosa, list)

    const first = await post(url, PAIR, { 'Content-Type': FORM })
    const rest = await Promise.all(
      Array.from({ length: 20 }, () => post(url, PAIR, { 'Content-Type': FORM }))
    )

    assert.equal(first.status, 200)
    assert.deepEqual([...new Set(rest.map(({ status }) => status))], [200])
    assert.lengthOf(await ConsentEvent.query().where('event', 'left'), 1)
    const outcomes = (await listUses({ jti })).map(({ outcome }) => outcome)
    assert.lengthOf(
      outcomes.filter((outcome) => outcome === 'replayed'),
      20
    )
  })

  test('500 people leave from one address within a minute [UNSUB-14]', async ({ assert }) => {
    const people = []
    for (let i = 0; i < 500; i++)
      people.push(await makeSubscriber({ email: `reader${i}@example.org`, list }))
    const links = await Promise.all(people.map((person) => makeLink('unsubscribe', person, list)))

    const statuses: number[] = []
    for (let i = 0; i < links.length; i += 25)
      statuses.push(
        ...(await Promise.all(
          links.slice(i, i + 25).map(async ({ url }) => {
            const response = await post(url, PAIR, { 'Content-Type': FORM })
            await response.text()
            return response.status
          })
        ))
      )

    assert.deepEqual([...new Set(statuses)], [200])
    const left = await Subscription.query().where('status', 'unsubscribed')
    assert.lengthOf(left, 500)
  }).timeout(60_000)
})

test.group('Unsubscribe | by the page', (group) => {
  group.each.setup(start)

  async function leave() {
    const link = await makeLink('unsubscribe', rosa, list)
    const form = formOn(await (await visit(link.url)).text(), '/unsubscribe')
    const response = await submit('/unsubscribe', form)
    return { link, response, page: await response.text() }
  }

  test('says who, from what and from when, and offers every way on [A11Y-6, A11Y-10]', async ({
    assert,
  }) => {
    const { link, page, response } = await leave()

    assert.equal(response.status, 200)
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
    assert.include(page, 'role="status"')
    assert.match(page, /r•••@example\.org<\/bdi> gets no more mail from Garden News, as of \d+ \w+/)
    for (const words of ['Undo', 'Get fewer mails', 'Leave every list', 'Send answer'])
      assert.include(page, words)
    assert.notMatch(page, /oops|sorry to see|miss you|are you sure/i)
    const tokens = ['/unsubscribe/undo', '/unsubscribe/reason', '/preferences'].map(
      (action) => formOn(page, action).rt
    )
    assert.equal(new Set([...tokens, link.token]).size, 4)
  })

  test('undo restores all, and the link works again', async ({ assert }) => {
    const before = await Subscription.query().preload('topics').firstOrFail()
    const { link, page } = await leave()

    const response = await submit('/unsubscribe/undo', formOn(page, '/unsubscribe/undo'))

    assert.equal(response.status, 200)
    assert.include(await response.text(), 'You are back on Garden News')
    const after = await Subscription.query().preload('topics').firstOrFail()
    assert.equal(after.status, 'subscribed')
    assert.equal(after.joinedAt?.toMillis(), before.joinedAt?.toMillis())
    assert.isNull(after.leftAt)
    assert.deepEqual(
      after.topics.map(({ name }) => name),
      ['Events']
    )
    assert.equal((await post(link.url, PAIR, { 'Content-Type': FORM })).status, 200)
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
  })

  test('undo works once', async ({ assert }) => {
    const { page } = await leave()
    const form = formOn(page, '/unsubscribe/undo')
    await submit('/unsubscribe/undo', form)

    const again = await submit('/unsubscribe/undo', form)

    assert.equal(again.status, 410)
    assert.include(await again.text(), 'This link has already been used')
    assert.equal(await statusOf(rosa, list), 'subscribed')
  })

  test('undo does not bring back who has left by another link since', async ({ assert }) => {
    const { page } = await leave()
    const form = formOn(page, '/unsubscribe/undo')
    await submit('/unsubscribe/undo', form)
    const other = await makeLink('unsubscribe', rosa, list)
    const second = formOn(
      await (await submit(other.url, { rt: other.token })).text(),
      '/unsubscribe/undo'
    )
    await submit('/unsubscribe/undo', second)
    const third = await makeLink('unsubscribe', rosa, list)
    const stale = await makeLink('undo', rosa, list, { use: other.jti })
    await post(third.url, PAIR, { 'Content-Type': FORM })

    const response = await submit('/unsubscribe/undo', { rt: stale.token })

    assert.include(await response.text(), 'This could not be undone')
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
  })

  test('a reason is kept: {comment}')
    .with([
      { reason: 'too_many', comment: '' },
      { reason: 'other', comment: 'Zu viel! 🌱 <b>«\u202e» {{ x }} =1+1' },
      { reason: 'other', comment: 'with\u0000a NUL' },
    ])
    .run(async ({ assert }, { reason, comment }) => {
      const { page } = await leave()
      const form = formOn(page, '/unsubscribe/reason')

      const response = await submit('/unsubscribe/reason', { ...form, reason, comment })

      assert.equal(response.status, 200)
      const subscription = await Subscription.firstOrFail()
      assert.equal(subscription.leftReason, reason)
      assert.equal(subscription.leftComment ?? '', comment.replace('\u0000', ''))
      assert.equal(subscription.status, 'unsubscribed')
    })

  test('an answer that is not on the page is refused, and nothing is noted', async ({ assert }) => {
    const { page } = await leave()

    const response = await submit('/unsubscribe/reason', {
      ...formOn(page, '/unsubscribe/reason'),
      reason: 'hacked',
    })

    assert.equal(response.status, 422)
    assert.include(await response.text(), 'nothing has been changed')
    const subscription = await Subscription.firstOrFail()
    assert.isNull(subscription.leftReason)
  })

  test('leave every list from the same page, and undo that', async ({ assert }) => {
    const other = await makeList({ name: 'Tool Notes' })
    await makeSubscription(rosa, other)
    const { page } = await leave()

    const response = await submit('/preferences', {
      ...formOn(page, '/preferences'),
      leave: 'everything',
    })
    const everything = await response.text()

    assert.include(everything, 'You have left every list')
    assert.equal(await statusOf(rosa, other), 'unsubscribed')
    await submit('/unsubscribe/undo', formOn(everything, '/unsubscribe/undo'))
    assert.equal(await statusOf(rosa, other), 'subscribed')
  })

  test('someone whose list is gone has nothing left to leave', async ({ assert }) => {
    const { url } = await makeLink('unsubscribe', rosa, list)
    await list.delete()

    const response = await submit(url, { [PAIR.split('=')[0]]: 'One-Click' })

    assert.equal(response.status, 200)
  })
})

/** All that a look must leave as it is. */
async function stateOfTables() {
  const rows = async (table: string) => db.from(table).select('*')
  return Promise.all(
    ['subscriptions', 'subscription_topics', 'consent_events', 'request_tokens', 'subscribers'].map(
      rows
    )
  )
}
