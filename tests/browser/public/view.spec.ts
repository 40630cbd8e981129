import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from '@japa/runner'
import type { Browser } from 'playwright'
import type List from '#models/list'
import type Subscriber from '#models/subscriber'
import { makeList, makeMailing, makeSubscriber } from '#database/factories/main'
import { emptyDatabase } from '#tests/database'
import { openReader } from '#tests/browser/public/reader'
import { base, makeLink } from '#tests/functional/public/visitor'

let list: List
let rosa: Subscriber

async function openLetter(browser: Browser, body: string) {
  const mailing = await makeMailing({ list, subject: 'Bulbs for spring', body, bodyFormat: 'html' })
  const link = await makeLink('view', rosa, list, { mailing: mailing.publicId })
  const reader = await openReader(browser)
  await reader.page.goto(link.url, { waitUntil: 'networkidle' })
  return reader
}

test.group('Browser | a mailing in the browser', (group) => {
  group.each.setup(async () => {
    await emptyDatabase()
    list = await makeList({ name: 'Garden News' })
    rosa = await makeSubscriber({ email: 'rosa@example.org', list })
  })

  test('reads as it was written, and its links open a page of their own [A11Y-2, UNSUB-13]', async ({
    assert,
    browser,
  }) => {
    const reader = await openLetter(
      browser as Browser,
      `<h2>Tulips</h2><p>See <a href="${base}/">our page</a>.</p>`
    )
    const letter = reader.page.frameLocator('iframe')

    assert.equal(await letter.getByRole('heading', { name: 'Tulips' }).count(), 1)
    const opened = reader.page.context().waitForEvent('page')
    await letter.getByRole('link', { name: 'our page' }).click()
    const page = await opened
    await page.waitForLoadState()
    assert.equal(page.url(), `${base}/`)
    assert.deepEqual(reader.complaints, [])
    assert.deepEqual(await reader.cookies(), [])
    await reader.close()
  })

  test('no picture, style or script of it reaches another host until asked [URL-2, WEB-9, LAW-18]', async ({
    assert,
    browser,
  }) => {
    const spy = await startSpy()
    const reader = await openLetter(
      browser as Browser,
      `<p style="background: url(${spy.url}/a.png)">Bulbs</p>
      <img src="${spy.url}/b.png" alt="A bulb">
      <script>parent.document.title = 'taken'</script>`
    )
    assert.deepEqual(spy.seen, [])
    assert.include(await reader.page.title(), 'Bulbs for spring')

    await reader.page.getByRole('link', { name: 'Show the pictures' }).click()
    await reader.page.waitForLoadState('networkidle')

    assert.deepEqual(spy.seen, [{ url: '/b.png', referer: undefined, cookie: undefined }])
    await reader.close()
    spy.stop()
  })
})

/** Another site, that notes who asks. */
async function startSpy() {
  const seen: { url?: string; referer?: string; cookie?: string }[] = []
  const server = createServer(({ url, headers }, response) => {
    seen.push({ url, referer: headers.referer, cookie: headers.cookie })
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, seen, stop: () => server.close() }
}
