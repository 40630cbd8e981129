import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import { makeList, makeSubscriber } from '#database/factories/main'
import { emptyDatabase } from '#tests/database'
import { base, makeLink, submit, visit } from '#tests/functional/public/visitor'

test.group('Public pages | crawled', (group) => {
  group.each.setup(() => emptyDatabase())

  test('GET and HEAD of every link of every page change no subscription [UNSUB-7]', async ({
    assert,
  }) => {
    const list = await makeList({ name: 'Garden News', topics: ['Events'] })
    const rosa = await makeSubscriber({ email: 'rosa@example.org', list })
    const tomas = await makeSubscriber({ email: 'tomas@example.org', list })
    const scopes = ['unsubscribe', 'preferences', 'undo', 'reason'] as const
    const links = await Promise.all(scopes.map((scope) => makeLink(scope, rosa, list)))
    const left = await makeLink('unsubscribe', tomas, list)
    const donePage = await (await submit(left.url, { rt: left.token })).text()
    const before = await subscriptions()

    const seen = new Set<string>()
    const open = [...links.map(({ url }) => url), ...addressesOn(donePage), `${base}/`]
    while (open.length > 0) {
      const url = new URL(open.pop()!, base).href
      if (seen.has(url) || !url.startsWith(base)) continue
      seen.add(url)
      await visit(url, { method: 'HEAD', headers: { Purpose: 'prefetch' } })
      await visit(url, { method: 'OPTIONS' })
      const response = await visit(url, { headers: { Accept: 'text/html' } })
      open.push(...addressesOn(await response.text()))
    }

    assert.isAbove(seen.size, 8)
    assert.deepEqual(await subscriptions(), before)
  })
})

/** Links, and where forms go, with their token: what an eager scanner might try. */
function addressesOn(page: string) {
  const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, url]) => url)
  const forms = [...page.matchAll(/action="([^"]+)">\s*<input[^>]*value="([^"]+)"/g)].map(
    ([, action, token]) => `${action}?rt=${token}`
  )
  return [...links, ...forms].filter((url) => !url.startsWith('mailto:'))
}

const subscriptions = () => db.from('subscriptions').select('*').orderBy('id')
