import { gzipSync } from 'node:zlib'
import { test } from '@japa/runner'
import ConsentEvent from '#models/consent_event'
import type List from '#models/list'
import type Subscriber from '#models/subscriber'
import Subscription from '#models/subscription'
import { listUses } from '#request_tokens/main'
import { makeList, makeSubscriber } from '#database/factories/main'
import { emptyDatabase } from '#tests/database'
import { base, makeLink, statusOf, visit } from '#tests/functional/public/visitor'

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
