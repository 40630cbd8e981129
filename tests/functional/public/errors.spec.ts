import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import type List from '#models/list'
import type Subscriber from '#models/subscriber'
import { listUses } from '#request_tokens/main'
import { makeList, makeSubscriber } from '#database/factories/main'
import { emptyDatabase } from '#tests/database'
import { makeLink, statusOf, submit, visit } from '#tests/functional/public/visitor'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const onPostgres = process.env.DB_CONNECTION === 'pg'

let list: List
let rosa: Subscriber

async function start() {
  await emptyDatabase()
  list = await makeList({ name: 'Garden News' })
  rosa = await makeSubscriber({ email: 'rosa@example.org', list })
}

test.group('Public pages | errors', (group) => {
  group.each.setup(start)

  test('an unknown address gets a page that says where to go, without the token [URL-5, WEB-17]', async ({
    assert,
  }) => {
    const { token } = await makeLink('unsubscribe', rosa, list)

    const response = await visit(`/unsubscrib?rt=${token}&secret=plum`)
    const page = await response.text()

    assert.equal(response.status, 404)
    assert.include(page, 'There is no such page')
    assert.include(page, 'href="/links"')
    assert.notInclude(page, token.slice(0, 40))
    assert.notInclude(page, 'plum')
  })

  test('a fault of ours tells neither token, query nor stack, and changes nothing [URL-3, URL-5, WEB-17]', async ({
    assert,
  }) => {
    const { url, jti, token } = await makeLink('unsubscribe', rosa, list)
    await db.rawQuery('ALTER TABLE consent_events RENAME TO consent_events_away')

    for (const accept of ['text/html', 'application/json']) {
      const response = await submit(`${url}&secret=plum`, { rt: token }, { Accept: accept })
      const text = await response.text()

      assert.equal(response.status, 500)
      assert.equal(response.headers.get('cache-control'), 'no-store')
      for (const leak of [token.slice(0, 40), 'plum', 'consent_events', 'node_modules', ' at '])
        assert.notInclude(text, leak)
    }

    await db.rawQuery('ALTER TABLE consent_events_away RENAME TO consent_events')
    assert.equal(await statusOf(rosa, list), 'subscribed')
    assert.deepEqual(
      (await listUses({ jti })).map(({ outcome }) => outcome),
      ['failed', 'failed']
    )
    assert.equal((await submit('/unsubscribe', { rt: token })).status, 200)
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
  })

  test('a GET on an address that only acts says so, with the methods [UNSUB-8]', async ({
    assert,
  }) => {
    const { token } = await makeLink('undo', rosa, list)

    const response = await visit(`/unsubscribe/undo?rt=${token}`, {
      headers: { Accept: 'text/html' },
    })

    assert.equal(response.status, 405)
    assert.equal(response.headers.get('allow'), 'POST, OPTIONS')
    assert.include(await response.text(), 'nothing has been changed')
  })
})

test.group('Public pages | errors while developing', () => {
  test('the page for developers shows no token [URL-5, WEB-17]', async ({ assert }) => {
    // In memory each connection has a database of its own; one of them is brought up to date.
    const settings = { NODE_ENV: 'development', DB_CONNECTION: 'sqlite', SQLITE_FILE: ':memory:' }
    const server = await startServer(settings, '--migrate')

    try {
      const rt = `${Buffer.from('{"alg":"HS256","kid":"x"}').toString('base64url')}.e30.abcdefgh`
      const response = await fetch(`${server.url}/unsubscribe?rt=${rt}`, {
        headers: { Accept: 'text/html', Referer: `http://example.org/?rt=${rt}` },
      })
      const page = await response.text()

      assert.equal(response.status, 500)
      assert.include(page, 'no such table')
      assert.include(page, '[token]')
      assert.notInclude(page, rt.slice(0, 20))
      assert.notInclude(page, 'abcdefgh')
    } finally {
      server.stop()
    }
  }).timeout(30_000)
})

test.group('Public pages | database away', (group) => {
  group.each.setup(start)

  test('locked by another process: 503 with Retry-After, never a success [UNSUB-12, URL-3]', async ({
    assert,
  }) => {
    const { token } = await makeLink('unsubscribe', rosa, list)
    const lock = await db.connection('worker').transaction()
    await lock.rawQuery('UPDATE lists SET name = name')

    const response = await submit('/unsubscribe', { rt: token })
    await lock.rollback()

    assert.equal(response.status, 503)
    assert.isAbove(Number(response.headers.get('retry-after')), 0)
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.include(await response.text(), 'Please try again in a minute')
    assert.equal(await statusOf(rosa, list), 'subscribed')
    assert.equal((await submit('/unsubscribe', { rt: token })).status, 200)
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
  })
    .skip(onPostgres, 'PostgreSQL locks rows, not the database')
    .timeout(20_000)

  test('out of reach: 503 with Retry-After for looking and for leaving [UNSUB-12, URL-3]', async ({
    assert,
  }) => {
    const { token } = await makeLink('unsubscribe', rosa, list)
    const server = await startServer({
      DB_CONNECTION: 'pg',
      DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none`,
    })

    try {
      for (const init of [
        {},
        { method: 'POST', body: new URLSearchParams('List-Unsubscribe=One-Click') },
      ]) {
        const response = await fetch(`${server.url}/unsubscribe?rt=${token}`, init)
        const page = await response.text()

        assert.equal(response.status, 503)
        assert.isAbove(Number(response.headers.get('retry-after')), 0)
        assert.equal(response.headers.get('cache-control'), 'no-store')
        assert.notInclude(page, token.slice(0, 40))
        assert.notInclude(page, 'ECONNREFUSED')
      }
    } finally {
      server.stop()
    }
  }).timeout(30_000)
})

/** A server of its own, with these settings. */
async function startServer(settings: Record<string, string>, ...flags: string[]) {
  const url = `http://127.0.0.1:${await freePort()}`
  const child = spawn(process.execPath, ['bin/start.js', ...flags], {
    cwd: root,
    stdio: 'ignore',
    env: { ...process.env, PORT: new URL(url).port, APP_URL: url, ...settings },
  })
  for (let i = 0; i < 200; i++) {
    const isUp = await fetch(`${url}/robots.txt`).then(
      ({ ok }) => ok,
      () => false
    )
    if (isUp) return { url, stop: () => child.kill('SIGKILL') }
    await sleep(100)
  }
  child.kill('SIGKILL')
  throw new Error('The server did not start within 20 seconds.')
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
