import { test } from '@japa/runner'
import type { Browser } from 'playwright'
import type List from '#models/list'
import Subscriber from '#models/subscriber'
import Subscription from '#models/subscription'
import limiter from '@adonisjs/limiter/services/main'
import { makeList, makeSubscriber } from '#database/factories/main'
import { emptyDatabase } from '#tests/database'
import { startSink } from '#tests/smtp_sink'
import { openReader, type Watched } from '#tests/browser/public/reader'
import { base, makeLink, statusOf } from '#tests/functional/public/visitor'

let list: List
let rosa: Subscriber

async function start() {
  await emptyDatabase()
  await limiter.clear()
  list = await makeList({ name: 'Garden News', topics: ['Events', 'Recipes'], colour: '#2e7d32' })
  rosa = await makeSubscriber({ email: 'rosa@example.org', name: 'Rosa', list, topics: ['Events'] })
}

/** Runs a journey in a browser without script, then asserts that nothing was stored or sent abroad. */
const journey =
  (title: string, walk: (reader: Watched, assert: any) => Promise<void>) =>
  (javaScriptEnabled: boolean) =>
    test(`${title}, script ${javaScriptEnabled ? 'on' : 'off'} [A11Y-2, URL-2, UNSUB-13]`, async ({
      assert,
      browser,
    }) => {
      const reader = await openReader(browser as Browser, { javaScriptEnabled })

      await walk(reader, assert)

      assert.deepEqual(await reader.cookies(), [])
      assert.deepEqual(
        reader.requests.filter(({ url }) => !url.startsWith(base)),
        []
      )
      assert.deepEqual(reader.complaints, [])
      await reader.close()
    })

const journeys = [
  journey('leave, undo, leave again and say why', async ({ page }, assert) => {
    const { url } = await makeLink('unsubscribe', rosa, list)
    await page.goto(url)
    await page.getByRole('button', { name: 'Unsubscribe' }).click()
    assert.equal(await page.locator('h1').textContent(), 'You have left Garden News')
    assert.equal(await statusOf(rosa, list), 'unsubscribed')

    await page.getByRole('button', { name: 'Undo' }).click()
    assert.equal(await page.locator('h1').textContent(), 'You are back on Garden News')
    assert.equal(await statusOf(rosa, list), 'subscribed')

    await page.goto(url)
    await page.getByRole('button', { name: 'Unsubscribe' }).click()
    await page.getByLabel('Too many mails').check()
    await page.getByLabel('In your own words').fill('Every week would do.')
    await page.getByRole('button', { name: 'Send answer' }).click()
    assert.equal(await page.locator('h1').textContent(), 'Thank you')
    const subscription = await Subscription.firstOrFail()
    assert.equal(subscription.leftReason, 'too_many')
    assert.equal(subscription.leftComment, 'Every week would do.')
  }),

  journey('leave, then come back for fewer mails', async ({ page }, assert) => {
    const { url } = await makeLink('unsubscribe', rosa, list)
    await page.goto(url)
    await page.getByRole('button', { name: 'Unsubscribe' }).click()
    await page.getByRole('link', { name: 'Get fewer mails' }).click()
    await page.getByLabel('Mails a week').selectOption({ label: 'At most 1' })
    await page.getByRole('button', { name: 'Join again with these choices' }).click()

    const said = await page.getByRole('status').textContent()
    assert.include(said, 'You get Garden News again.')
    assert.include(said, 'You get at most 1 mail a week.')
    assert.equal(await statusOf(rosa, list), 'subscribed')
  }),

  journey('choose what one gets, then leave it all', async ({ page }, assert) => {
    const { url } = await makeLink('preferences', rosa, list)
    await page.goto(url)
    await page.getByLabel('Events').uncheck()
    await page.getByLabel('Recipes').check()
    await page.getByLabel('30 days').check()
    await page.getByLabel('Language').selectOption({ label: 'Deutsch' })
    await page.getByLabel('Name').fill('Rosa Lindqvist')
    await page.getByRole('button', { name: 'Save' }).click()

    const said = await page.getByRole('status').textContent()
    for (const words of ['You get Recipes.', 'You no longer get Events.', 'You get no mail until'])
      assert.include(said, words)
    assert.isTrue(await page.getByLabel('Paused until').isChecked())
    assert.equal((await Subscriber.findOrFail(rosa.id)).name, 'Rosa Lindqvist')

    await page.getByRole('button', { name: 'Leave every list' }).click()
    assert.equal(await page.locator('h1').textContent(), 'You have left every list')
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
  }),

  journey('an old link is made good by the mail that it asks for', async ({ page }, assert) => {
    const sink = await startSink({ port: Number(new URL(process.env.SMTP_URL!).port) })
    const old = await makeLink('unsubscribe', rosa, list, { at: new Date('2025-01-01') })
    await page.goto(old.url)
    assert.equal(await page.locator('h1').textContent(), 'This link has expired')
    await page.getByRole('button', { name: 'Send me a fresh link' }).click()
    assert.include(await page.getByRole('status').textContent(), 'r•••@example.org')
    for (let i = 0; i < 100 && sink.messages.length === 0; i++) await page.waitForTimeout(20)
    const [mail] = await sink.parsed()
    await sink.stop()

    await page.goto(mail.text!.match(/\S+\/unsubscribe\?rt=\S+/)![0])
    await page.getByRole('button', { name: 'Unsubscribe' }).click()
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
  }),
]

test.group('Browser | journeys without script', (group) => {
  group.each.setup(start)
  for (const walk of journeys) walk(false)
})

test.group('Browser | journeys with script', (group) => {
  group.each.setup(start)
  for (const walk of journeys) walk(true)
})

test.group('Browser | a page left open', (group) => {
  group.each.setup(start)

  test('makes no request by itself, and so changes nothing [UNSUB-9]', async ({
    assert,
    browser,
  }) => {
    const reader = await openReader(browser as Browser)
    const links = await Promise.all(
      (['unsubscribe', 'preferences'] as const).map((scope) => makeLink(scope, rosa, list))
    )
    await reader.page.goto(links[1].url)
    const second = await reader.page.context().newPage()
    await second.goto(links[0].url)
    await second.waitForLoadState('networkidle')
    const before = reader.requests.length

    await second.waitForTimeout(30_000)

    assert.deepEqual(reader.requests.slice(before), [])
    assert.deepEqual(
      reader.requests.filter(({ method }) => method !== 'GET'),
      []
    )
    assert.equal(await statusOf(rosa, list), 'subscribed')
    await reader.close()
  }).timeout(60_000)
})
