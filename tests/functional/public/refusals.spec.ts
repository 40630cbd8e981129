import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import type List from '#models/list'
import type Subscriber from '#models/subscriber'
import { listUses, revokeTokens } from '#request_tokens/main'
import { makeList, makeSubscriber } from '#database/factories/main'
import { emptyDatabase } from '#tests/database'
import { formOn, makeLink, statusOf, submit, visit } from '#tests/functional/public/visitor'

const DAY_MS = 86_400_000
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS)

let list: List
let rosa: Subscriber

async function start() {
  await emptyDatabase()
  list = await makeList({ name: 'Garden News' })
  rosa = await makeSubscriber({ email: 'rosa@example.org', list })
}

const flip = (text: string, at: number) =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1)

test.group('Refused links | genuine ones', (group) => {
  group.each.setup(start)

  test('{outcome} says why and offers a fresh link to the address on file')
    .with([
      { outcome: 'expired', status: 410, says: 'This link has expired' },
      { outcome: 'revoked', status: 410, says: 'This link has been withdrawn' },
      { outcome: 'wrong_target', status: 403, says: 'This link belongs to another page' },
    ] as const)
    .run(async ({ assert }, { outcome, status, says }) => {
      const link = await linkThatIs(outcome)

      const response = await visit(link)
      const page = await response.text()

      assert.equal(response.status, status)
      assert.include(page, `<h1>${says}</h1>`)
      assert.include(page, 'Garden News')
      assert.include(page, 'r•••@example.org')
      assert.notInclude(page, 'rosa@example.org')
      assert.notInclude(page, 'type="email"')
      assert.property(formOn(page, '/links'), 'rt')
      const [use] = await listUses({ outcome })
      assert.equal(use.statusCode, status)
    })

  test('an expired leave link does not unsubscribe, by any method [UNSUB-12]', async ({
    assert,
  }) => {
    const { url, token } = await makeLink('unsubscribe', rosa, list, { at: daysAgo(401) })

    const statuses = [
      (await visit(url)).status,
      (await submit(url, { 'List-Unsubscribe': 'One-Click' })).status,
      (await submit('/unsubscribe', { rt: token })).status,
    ]

    assert.deepEqual(statuses, [410, 410, 410])
    assert.equal(await statusOf(rosa, list), 'subscribed')
  })

  test('one whose subject is erased says so, and offers nothing', async ({ assert }) => {
    const { url } = await makeLink('preferences', rosa, list)
    await rosa.merge({ email: null, emailKey: null, name: null, erasedAt: rosa.createdAt }).save()

    const response = await visit(url)
    const page = await response.text()

    assert.equal(response.status, 410)
    assert.include(page, 'There is nothing behind this link any more')
    assert.notInclude(page, '<form')
  })

  test('a client that asks for JSON gets problem details', async ({ assert }) => {
    const { url } = await makeLink('unsubscribe', rosa, list, { at: daysAgo(401) })

    const response = await visit(url, { headers: { Accept: 'application/json' } })

    assert.equal(response.status, 410)
    assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/)
    assert.deepInclude(await response.json(), { status: 410, code: 'expired' })
  })

  async function linkThatIs(outcome: 'expired' | 'revoked' | 'wrong_target') {
    if (outcome === 'expired')
      return (await makeLink('unsubscribe', rosa, list, { at: daysAgo(401) })).url
    const { jti, token, url } = await makeLink('unsubscribe', rosa, list)
    if (outcome === 'wrong_target') return `/preferences?rt=${token}`
    await revokeTokens({ jti })
    return url
  }
})

test.group('Refused links | damaged ones', (group) => {
  group.each.setup(start)

  test('every kind of damage gets the same helpful page with a form [URL-9, URL-10]', async ({
    assert,
  }) => {
    const { token } = await makeLink('unsubscribe', rosa, list)
    const [head, body, signature] = token.split('.')
    const bad = [
      token.toLowerCase(),
      token.slice(0, -10),
      `${token}>`,
      `${token}=`,
      `${token}.`,
      flip(token, head.length + 8),
      flip(token, token.length - 3),
      `${head}.${body}`,
      `${head}..${signature}`,
      `${Buffer.from('{"alg":"none","typ":"rt+jwt"}').toString('base64url')}.${body}.`,
      'x',
      'e30.e30.e30',
      'A'.repeat(100_000).slice(0, 12_000),
      '%00%ff',
    ]

    const pages = new Map<string, string[]>()
    for (const rt of bad) {
      const response = await visit(`/unsubscribe?rt=${rt}`)
      const page = `${response.status} ${await response.text()}`
      pages.set(page, [...(pages.get(page) ?? []), rt.slice(0, 40)])
    }

    assert.lengthOf([...pages.keys()], 1)
    const [page] = [...pages.keys()]
    assert.match(page, /^403 /)
    assert.include(page, 'This link is not valid')
    assert.include(page, 'action="/links"')
    assert.include(page, 'autocomplete="email"')
    assert.notInclude(page, 'Garden News')
    assert.equal(await statusOf(rosa, list), 'subscribed')
  })

  test('a token of a retired key looks like any other bad one [URL-10]', async ({ assert }) => {
    const { url } = await makeLink('unsubscribe', rosa, list)
    const bad = await (await visit('/unsubscribe?rt=x')).text()
    const { retireKey, rotateKeys, listKeys } = await import('#request_tokens/main')
    const [{ kid }] = await listKeys()
    await rotateKeys()
    await retireKey(kid)

    const response = await visit(url)

    assert.equal(response.status, 403)
    assert.equal(await response.text(), bad)
  })

  test('bad tokens take the same time, whatever is wrong with them [URL-10]', async ({
    assert,
  }) => {
    const { token } = await makeLink('unsubscribe', rosa, list)
    const kinds = ['x', flip(token, token.length - 3), token.slice(0, -10)]
    const times = kinds.map(() => [] as number[])

    for (let round = 0; round < 41; round++)
      for (const [i, rt] of kinds.entries()) {
        const started = performance.now()
        await (await visit(`/unsubscribe?rt=${rt}`)).text()
        times[i].push(performance.now() - started)
      }

    const medians = times.map((all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)])
    assert.isBelow(Math.max(...medians) - Math.min(...medians), 5)
  })

  test('no token at all: the page says that it opens from a link', async ({ assert }) => {
    const response = await visit('/unsubscribe')
    const page = await response.text()

    assert.equal(response.status, 401)
    assert.include(page, 'This page opens from a link')
    assert.include(page, 'action="/links"')
  })

  test('two different tokens in one request are refused', async ({ assert }) => {
    const one = await makeLink('unsubscribe', rosa, list)
    const two = await makeLink('unsubscribe', rosa, list)

    const response = await submit(one.url, { rt: two.token })

    assert.equal(response.status, 403)
    assert.equal(await statusOf(rosa, list), 'subscribed')
  })

  test('another person cannot be named by other fields', async ({ assert }) => {
    const tomas = await makeSubscriber({ email: 'tomas@example.org', list })
    const { url } = await makeLink('unsubscribe', rosa, list)

    await submit(`${url}&sub=${tomas.publicId}&email=tomas@example.org`, {
      'List-Unsubscribe': 'One-Click',
      'sub': tomas.publicId,
      'subscriber': tomas.publicId,
    })

    assert.equal(await statusOf(rosa, list), 'unsubscribed')
    assert.equal(await statusOf(tomas, list), 'subscribed')
  })

  test('a bad token leaves no trace of itself in the audit', async ({ assert }) => {
    const { token } = await makeLink('unsubscribe', rosa, list)
    await visit(`/unsubscribe?rt=${token}x`)
    await visit(`/unsubscribe?rt=${token}`)

    const rows = await db.from('request_token_uses').select('*')

    assert.lengthOf(rows, 2)
    assert.notInclude(JSON.stringify(rows), token.slice(0, 60))
  })
})
