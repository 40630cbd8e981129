import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import type List from '#models/list'
import type Subscriber from '#models/subscriber'
import { makeList, makeSubscriber } from '#database/factories/main'
import { emptyDatabase } from '#tests/database'
import { makeLink, statusOf, submit, visit } from '#tests/functional/public/visitor'

const PAIR = 'List-Unsubscribe=One-Click'

let list: List
let rosa: Subscriber

async function start() {
  await emptyDatabase()
  list = await makeList({ name: 'Garden News', topics: ['Events', 'Recipes'] })
  rosa = await makeSubscriber({ email: 'rosa@example.org', list, topics: ['Events'] })
}

/** What a mail client sends. */
const oneClick = (url: string) => submit(url, { 'List-Unsubscribe': 'One-Click' })

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
    assert.equal((await oneClick(url)).status, 200)
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
  })

  test('says since when someone who has left is off the list', async ({ assert }) => {
    const { url } = await makeLink('unsubscribe', rosa, list)
    await oneClick(url)

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

/** All that a look must leave as it is. */
async function stateOfTables() {
  const rows = async (table: string) => db.from(table).select('*')
  return Promise.all(
    ['subscriptions', 'subscription_topics', 'consent_events', 'request_tokens', 'subscribers'].map(
      rows
    )
  )
}
