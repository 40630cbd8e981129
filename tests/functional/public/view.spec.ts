import { test } from '@japa/runner'
import type List from '#models/list'
import type Mailing from '#models/mailing'
import type Subscriber from '#models/subscriber'
import { listUses, mint } from '#request_tokens/main'
import { makeList, makeMailing, makeSubscriber } from '#database/factories/main'
import { emptyDatabase } from '#tests/database'
import { makeLink, submit, visit } from '#tests/functional/public/visitor'

let list: List
let rosa: Subscriber
let mailing: Mailing

const BODY = `
<p>Dear {{ subscriber.name | default: "reader" }}, <a href="{{ links.unsubscribe }}">leave</a></p>
<img src="https://pictures.example.org/bulb.png" alt="A bulb">
<script>alert(1)</script><p onclick="alert(2)">Bulbs</p>`

async function start() {
  await emptyDatabase()
  list = await makeList({ name: 'Garden News' })
  rosa = await makeSubscriber({ email: 'rosa@example.org', name: 'Rosa Lindqvist', list })
  mailing = await makeMailing({ list, subject: 'Bulbs for spring', body: BODY, bodyFormat: 'html' })
}

const viewLink = () => makeLink('view', rosa, list, { mailing: mailing.publicId })

test.group('View in browser', (group) => {
  group.each.setup(start)

  test('shows the mailing in a frame that can do nothing [WEB-9, URL-15]', async ({ assert }) => {
    const { url, token, jti } = await viewLink()

    const response = await visit(url)
    const page = await response.text()

    assert.equal(response.status, 200)
    assert.include(page, 'Bulbs for spring')
    assert.include(page, `src="/view?part=letter&amp;rt=${token}"`)
    assert.match(page, /<iframe[^>]*sandbox="allow-popups allow-popups-to-escape-sandbox"/)
    const policy = response.headers.get('content-security-policy')!
    assert.match(policy, /^default-src 'none'; style-src 'self'/)
    assert.match(policy, /frame-ancestors 'none'; frame-src 'self'$/)
    const [use] = await listUses({ jti })
    assert.equal(use.outcome, 'viewed')
  })

  test('the letter runs no script, sends no form and asks nobody [WEB-9, URL-2, LAW-18]', async ({
    assert,
  }) => {
    const { token } = await viewLink()

    const response = await visit(`/view?part=letter&rt=${token}`)
    const letter = await response.text()

    const policy = response.headers.get('content-security-policy')!
    for (const rule of ['sandbox allow-popups', "default-src 'none'", "img-src 'self' data:;"])
      assert.include(policy, rule)
    assert.notInclude(policy, 'allow-scripts')
    assert.notInclude(policy, 'allow-same-origin')
    assert.notInclude(policy, 'https:')
    assert.equal(response.headers.get('x-frame-options'), 'SAMEORIGIN')
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.notMatch(letter, /<script|onclick/)
    assert.include(letter, 'Bulbs')
  })

  test('holds no personal link and no value of the person [URL-16, URL-17]', async ({ assert }) => {
    const { url, token } = await viewLink()

    for (const address of [url, `/view?part=letter&rt=${token}`]) {
      const text = await (await visit(address)).text()
      assert.notInclude(text, 'rosa@example.org')
      assert.notInclude(text, 'Rosa')
      assert.notMatch(text, /\/(?:unsubscribe|preferences)\?rt=/)
    }
  })

  test('pictures from elsewhere are loaded when asked for, not before', async ({ assert }) => {
    const { url, token } = await viewLink()
    const page = await (await visit(url)).text()
    assert.include(page, `href="/view?pictures=shown&amp;rt=${token}"`)

    const asked = await visit(`/view?pictures=shown&rt=${token}`)
    assert.include(await asked.text(), `/view?part=letter&amp;pictures=shown&amp;rt=${token}`)
    const letter = await visit(`/view?part=letter&pictures=shown&rt=${token}`)
    assert.include(letter.headers.get('content-security-policy'), 'https: http:')
  })

  test('a preview link shows a draft to colleagues, without a subscriber', async ({ assert }) => {
    const [preview] = await mint([
      {
        scope: 'preview',
        target: '/view',
        data: { list: list.publicId, mailing: mailing.publicId },
      },
    ])

    const response = await visit(preview.url)

    assert.equal(response.status, 200)
    assert.include(await response.text(), 'A draft: this mailing has not been sent.')
  })

  test('what was changed since is shown as it is now', async ({ assert }) => {
    const { token } = await viewLink()
    await visit(`/view?part=letter&rt=${token}`)
    await mailing.merge({ body: '<p>Tulips</p>' }).save()

    const letter = await (await visit(`/view?part=letter&rt=${token}`)).text()

    assert.include(letter, 'Tulips')
  })

  test('a mailing that is gone: there is no such page', async ({ assert }) => {
    const { url } = await viewLink()
    await mailing.delete()

    const response = await visit(url)

    assert.equal(response.status, 404)
  })

  test('works as often as one likes, and only for looking [UNSUB-8]', async ({ assert }) => {
    const { url } = await viewLink()

    for (let i = 0; i < 3; i++) assert.equal((await visit(url)).status, 200)
    const posted = await submit(url, {})
    assert.equal(posted.status, 405)
    assert.equal(posted.headers.get('allow'), 'GET, HEAD, OPTIONS')
  })
})
