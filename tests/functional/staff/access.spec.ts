import { test } from '@japa/runner'
import { DateTime } from 'luxon'
import router from '@adonisjs/core/services/router'
import db from '@adonisjs/lucid/services/db'
import { makeList, makeMailing, makeUser } from '#database/factories/main'
import { ROLES } from '#models/user'
import { emptyDatabase } from '#tests/database'
import { csrfOf, signIn, submit, visit } from '#tests/functional/staff/member'

/** Pages that are there to sign in. Every other page of staff needs somebody who has. */
const OPEN = [
  'GET /staff/sign-in',
  'POST /staff/sign-in',
  'GET /staff/sign-in/link',
  'POST /staff/sign-in/link',
]

/** Writes that carry their own authority; the others need the token of our own form. */
const BY_LINK = ['POST /staff/sign-in/link']

/** Who may do what: one line for each route. */
const ALLOWED: Record<string, readonly string[]> = {
  'GET /staff': ROLES,
  'GET /staff/mailings/:id': ROLES,
  'POST /staff/sign-out': ROLES,
}

function staffRoutes() {
  const routes = router.toJSON().root ?? Object.values(router.toJSON()).flat()
  return routes
    .filter(({ pattern }) => pattern === '/staff' || pattern.startsWith('/staff/'))
    .flatMap(({ methods, pattern }) =>
      methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${pattern}`)
    )
}

const split = (route: string) => route.split(' ') as [string, string]

test.group('Staff pages | who gets in', (group) => {
  group.each.setup(() => emptyDatabase())

  test('every route is either open or in the table of roles [WEB-6]', ({ assert }) => {
    assert.sameMembers(staffRoutes(), [...OPEN, ...Object.keys(ALLOWED)])
  })

  test('a stranger is sent to sign in, or told so in JSON [WEB-6]', async ({ assert }) => {
    for (const route of Object.keys(ALLOWED).filter((name) => name.startsWith('GET'))) {
      const [, path] = split(route)

      const page = await visit(path)
      const json = await visit(path, { headers: { Accept: 'application/json' } })

      assert.equal(page.headers.get('location'), '/staff/sign-in', route)
      assert.equal(json.status, 401, route)
    }
  })

  test('every role gets what it may, and nothing else [WEB-6]', async ({ assert }) => {
    const mailing = await makeMailing({ list: await makeList() })
    for (const role of ROLES) {
      const cookie = await signIn(await makeUser({ role }))
      for (const [route, allowed] of Object.entries(ALLOWED)) {
        const [method, pattern] = split(route)
        if (method !== 'GET') continue
        const answer = await visit(pattern.replace(':id', mailing.publicId), { cookie })
        assert.equal(answer.status, allowed.includes(role) ? 200 : 403, `${role}: ${route}`)
      }
    }
  })

  test('a role that is unknown may do nothing [WEB-6]', async ({ assert }) => {
    const user = await makeUser()
    const cookie = await signIn(user)
    await db.from('users').where('id', user.id).update({ role: 'stranger' })

    const answer = await visit('/staff', { cookie })

    assert.equal(answer.status, 403)
  })

  test('whoever is disabled is out at the next request', async ({ assert }) => {
    const user = await makeUser()
    const cookie = await signIn(user)
    await user.merge({ disabledAt: DateTime.utc() }).save()

    const answer = await visit('/staff', { cookie })

    assert.equal(answer.headers.get('location'), '/staff/sign-in')
    await user.merge({ disabledAt: null }).save()
    assert.equal((await visit('/staff', { cookie })).status, 302)
  })

  test('after 7 days one signs in again, however busy [WEB-4]', async ({ assert }) => {
    const cookie = await signIn(await makeUser())
    await visit('/staff', { cookie })
    const eightDays = 8 * 24 * 60 * 60 * 1000
    for (const { id, data } of await db.from('sessions')) {
      const old = data.replace(/"signed_in_at":(\d+)/, (_all: string, since: string) => {
        return `"signed_in_at":${Number(since) - eightDays}`
      })
      assert.notEqual(old, data)
      await db.from('sessions').where('id', id).update({ data: old })
    }

    const answer = await visit('/staff', { cookie })

    assert.equal(answer.headers.get('location'), '/staff/sign-in')
  })

  test('each write is in exactly one class: by link, or with our token [WEB-5]', async ({
    assert,
  }) => {
    const cookie = await signIn(await makeUser())
    for (const route of staffRoutes().filter((name) => !name.startsWith('GET'))) {
      const answer = await submit(split(route)[1], {}, { cookie })
      if (BY_LINK.includes(route)) assert.equal(answer.status, 401, route)
      else assert.equal(answer.status, 302, route)
    }
    assert.equal((await visit('/staff', { cookie })).status, 200)
  })
})

test.group('Staff pages | headers', (group) => {
  group.each.setup(() => emptyDatabase())

  test('{$self} has the headers of a page that is nobody else’s business [WEB-14]')
    .with(['/staff', '/staff/sign-in', '/staff/sign-in/link', '/staff/mailings/none'])
    .run(async ({ assert }, path) => {
      const cookie = await signIn(await makeUser())

      const { headers } = await visit(path, { cookie: path === '/staff' ? cookie : undefined })

      assert.match(headers.get('strict-transport-security')!, /max-age=31536000/)
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
      assert.equal(headers.get('x-frame-options'), 'DENY')
      assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin')
      assert.equal(headers.get('cache-control'), 'no-store')
      const policy = headers.get('content-security-policy')!
      assert.include(policy, "object-src 'none'")
      assert.include(policy, "base-uri 'none'")
      assert.notInclude(policy, 'unsafe')
      assert.isNull(headers.get('server'))
      assert.isNull(headers.get('x-powered-by'))
    })

  test('an error of ours tells its number and nothing else [WEB-17]', async ({
    assert,
    cleanup,
  }) => {
    const cookie = await signIn(await makeUser())
    await db.rawQuery('ALTER TABLE mailings RENAME TO mailings_away')
    cleanup(async () => {
      await db.rawQuery('ALTER TABLE mailings_away RENAME TO mailings')
    })

    const answer = await visit('/staff', { cookie })

    const page = await answer.text()
    assert.isAtLeast(answer.status, 500)
    assert.notMatch(page, /select|mailings|node_modules|Error:/i)
  })
})

test.group('Staff pages | sign-out', (group) => {
  group.each.setup(() => emptyDatabase())

  test('every role may sign out [WEB-6]', async ({ assert }) => {
    for (const role of ROLES) {
      const cookie = await signIn(await makeUser({ role }))
      const page = await visit('/staff', { cookie })
      const csrf = csrfOf(await page.text())

      await submit('/staff/sign-out', { _csrf: csrf }, { cookie })

      assert.equal((await visit('/staff', { cookie })).status, 302, role)
    }
  })
})
