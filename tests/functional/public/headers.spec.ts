import { test } from '@japa/runner'
import type List from '#models/list'
import type Subscriber from '#models/subscriber'
import { makeList, makeSubscriber } from '#database/factories/main'
import { emptyDatabase } from '#tests/database'
import { base, makeLink, submit, visit } from '#tests/functional/public/visitor'

let list: List
let rosa: Subscriber

const CSP =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

async function start() {
  await emptyDatabase()
  list = await makeList({ name: 'Garden News' })
  rosa = await makeSubscriber({ email: 'rosa@example.org', list })
}

/** One answer of each kind: granted, refused, mistaken. */
async function answers(): Promise<[string, Response][]> {
  const link = (scope: 'unsubscribe' | 'preferences' | 'undo') => makeLink(scope, rosa, list)
  const expired = await makeLink('unsubscribe', rosa, list, { at: new Date(0) })
  const { token } = await link('unsubscribe')
  return [
    ['GET unsubscribe', await visit((await link('unsubscribe')).url)],
    ['HEAD unsubscribe', await visit((await link('unsubscribe')).url, { method: 'HEAD' })],
    ['POST unsubscribe', await submit('/unsubscribe', { rt: token })],
    ['replayed', await submit('/unsubscribe', { rt: token })],
    ['one click', await submit(`/unsubscribe?rt=${token}`, { 'List-Unsubscribe': 'One-Click' })],
    ['GET preferences', await visit((await link('preferences')).url)],
    ['422', await submit((await link('preferences')).url, { pause: '31' })],
    ['401', await visit('/unsubscribe')],
    ['403', await visit('/unsubscribe?rt=x')],
    ['410', await visit(expired.url)],
    ['405', await visit((await link('unsubscribe')).url, { method: 'DELETE' })],
    ['404', await visit(`/nowhere?rt=${token}`)],
    ['links', await visit('/links')],
    ['undo', await submit((await link('undo')).url, {})],
  ]
}

test.group('Public pages | headers', (group) => {
  group.each.setup(start)

  test('every answer is kept nowhere, found nowhere, framed by nobody [URL-2, URL-3, URL-4, URL-15]', async ({
    assert,
  }) => {
    for (const [name, response] of await answers()) {
      const header = (key: string) => response.headers.get(key)
      assert.equal(header('cache-control'), 'no-store', name)
      assert.equal(header('referrer-policy'), 'no-referrer', name)
      assert.equal(header('x-robots-tag'), 'noindex, nofollow', name)
      assert.equal(header('content-security-policy'), CSP, name)
      assert.equal(header('x-frame-options'), 'DENY', name)
      assert.equal(header('x-content-type-options'), 'nosniff', name)
      assert.isNull(header('x-powered-by'), name)
    }
  })

  test('no answer sets a cookie, and none is looked at [UNSUB-13]', async ({ assert }) => {
    for (const [name, response] of await answers())
      assert.isNull(response.headers.get('set-cookie'), name)

    const { url } = await makeLink('unsubscribe', rosa, list)
    const plain = await (await visit(url)).text()
    const withCookie = await (await visit(url, { headers: { Cookie: 'postern=x; a=b' } })).text()
    assert.equal(withCookie, plain)
  })

  test('pages are small, name one stylesheet, hold no script and no style [URL-2, URL-15, A11Y-2]', async ({
    assert,
  }) => {
    for (const [name, response] of await answers()) {
      const page = await response.text()
      assert.isBelow(Buffer.byteLength(page), 30 * 1024, name)
      assert.notMatch(page, /<script|\son\w+=|style=|<style|http-equiv|javascript:/i, name)
      const outside = [...page.matchAll(/(?:src|href|action)="([^"]*)"/g)]
        .map(([, url]) => url)
        .filter(
          (url) => !url.startsWith('/') && !url.startsWith('mailto:') && !url.startsWith(base)
        )
      assert.deepEqual(outside, [], name)
    }
    const css = await (await visit('/postern.css')).text()
    assert.isBelow(Buffer.byteLength(css), 12 * 1024)
    assert.notMatch(css, /url\(|@import/)
  })

  test('links are built from the configured address, whatever the Host says [URL-1]', async ({
    assert,
  }) => {
    const { token } = await makeLink('unsubscribe', rosa, list)

    const response = await submit(
      '/unsubscribe',
      { rt: token },
      {
        'X-Forwarded-Host': 'evil.example',
        'Host': 'evil.example',
        'Forwarded': 'host=evil.example',
      }
    )

    const page = await response.text()
    assert.include(page, `${base}/preferences?rt=`)
    assert.notInclude(page, 'evil.example')
  })

  test('the token is the last argument, and needs no escape [URL-6]', async ({ assert }) => {
    for (const scope of ['unsubscribe', 'preferences', 'view', 'undo', 'reason'] as const) {
      const { url } = await makeLink(scope, rosa, list, { mailing: 'abcdefghij012345' })
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/[a-z/]+\?rt=[A-Za-z0-9._-]+$/)
      assert.isBelow(url.length, 900)
    }
  })

  test('nothing sends a visitor elsewhere [URL-14]', async ({ assert }) => {
    const { url, token } = await makeLink('unsubscribe', rosa, list)
    for (const elsewhere of ['//evil.example', '\\evil.example', 'https:evil.example']) {
      const next = `next=${encodeURIComponent(elsewhere)}&redirect=${encodeURIComponent(elsewhere)}`
      const looked = await visit(`${url}&${next}`)
      const acted = await submit(`/unsubscribe?${next}`, { rt: token, next: elsewhere })
      for (const response of [looked, acted]) {
        assert.isNull(response.headers.get('location'))
        assert.notInclude(await response.text(), 'evil.example')
      }
    }
  })

  test('the home page may be found, token pages not even asked for', async ({ assert }) => {
    const home = await visit('/')
    assert.equal(home.status, 200)
    assert.isNull(home.headers.get('x-robots-tag'))
    assert.isNull(home.headers.get('set-cookie'))

    const robots = await (await visit('/robots.txt')).text()
    for (const path of ['/unsubscribe', '/preferences', '/view', '/links', '/staff'])
      assert.include(robots, `Disallow: ${path}`)
  })
})
