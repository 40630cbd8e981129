import { test } from '@japa/runner'
import { DateTime } from 'luxon'
import limiter from '@adonisjs/limiter/services/main'
import db from '@adonisjs/lucid/services/db'
import { makeUser } from '#database/factories/main'
import { listUses, RequestToken } from '#request_tokens/main'
import { emptyDatabase } from '#tests/database'
import { mailServer } from '#tests/functional/staff/mail_server'
import {
  cookieOf,
  csrfOf,
  openForm,
  signIn,
  submit,
  tokenFor,
  visit,
} from '#tests/functional/staff/member'

const refresh = [() => emptyDatabase(), () => limiter.clear()]

test.group('Staff sign-in | asking for a link', (group) => {
  for (const hook of refresh) group.each.setup(hook)

  test('mails a link that signs in once', async ({ assert, cleanup }) => {
    const mails = await mailServer()
    cleanup(() => mails.stop())
    await makeUser({ email: 'ada@example.org', name: 'Ada Moreno' })
    const { cookie, csrf } = await openForm('/staff/sign-in')

    const answer = await submit(
      '/staff/sign-in',
      { email: ' ADA@example.org ', _csrf: csrf },
      { cookie }
    )

    assert.equal(answer.status, 200)
    assert.include(await answer.text(), 'a link to sign in is on its way')
    const mail = await mails.next()
    assert.equal(mail.to, 'ada@example.org')
    assert.equal(mail.headers.get('auto-submitted'), 'auto-generated')
    const link = mail.text.match(/http:\S+/)![0]
    assert.include(mail.html, link)
    const token = new URL(link).searchParams.get('rt')!
    const signedIn = await submit('/staff/sign-in/link', { rt: token })
    assert.equal(signedIn.status, 302)
    assert.equal(signedIn.headers.get('location'), '/staff')
    const page = await visit('/staff', { cookie: cookieOf(signedIn) })
    assert.include(await page.text(), 'Ada Moreno')
  })

  test('answers a stranger as it answers staff, and mails nothing [WEB-3]', async ({
    assert,
    cleanup,
  }) => {
    const mails = await mailServer()
    cleanup(() => mails.stop())
    await makeUser({ email: 'ada@example.org' })
    const disabled = await makeUser({ email: 'gone@example.org' })
    await disabled.merge({ disabledAt: DateTime.utc() }).save()
    const { cookie, csrf } = await openForm('/staff/sign-in')
    const ask = async (email: string) => {
      const answer = await submit('/staff/sign-in', { email, _csrf: csrf }, { cookie })
      const page = await answer.text()
      return { status: answer.status, page: page.replaceAll(email, 'ADDRESS') }
    }

    const stranger = await ask('eve@example.org')
    const former = await ask('gone@example.org')
    const staff = await ask('ada@example.org')

    assert.deepEqual(stranger, staff)
    assert.deepEqual(former, staff)
    assert.equal((await mails.next()).to, 'ada@example.org')
    assert.lengthOf(mails.received, 1)
  })

  test('a source that asks too often is told to wait; others are not [WEB-3]', async ({
    assert,
  }) => {
    const user = await makeUser({ email: 'ada@example.org' })
    const { cookie, csrf } = await openForm('/staff/sign-in')

    const statuses: number[] = []
    for (let i = 0; i < 100; i++) {
      const answer = await submit(
        '/staff/sign-in',
        { email: `x${i}@example.org`, _csrf: csrf },
        { cookie }
      )
      statuses.push(answer.status)
    }

    assert.deepEqual(new Set(statuses.slice(0, 10)), new Set([200]))
    assert.deepEqual(new Set(statuses.slice(10)), new Set([429]))
    const session = await signIn(user)
    assert.equal((await visit('/staff', { cookie: session })).status, 200)
  })

  test('"{$self}" is no address, and the page says so')
    .with(['', 'ada', 'a b@example.org'])
    .run(async ({ assert }, email) => {
      const { cookie, csrf } = await openForm('/staff/sign-in')

      const answer = await submit('/staff/sign-in', { email, _csrf: csrf }, { cookie })

      assert.equal(answer.status, 422)
      const page = await answer.text()
      assert.include(page, 'Write your e-mail address, like ada@example.org.')
      assert.include(page, 'aria-invalid="true"')
    })

  test('a form without its token from our page is refused [WEB-5]', async ({ assert }) => {
    const { cookie } = await openForm('/staff/sign-in')

    const answer = await submit('/staff/sign-in', { email: 'ada@example.org' }, { cookie })

    assert.equal(answer.status, 302)
    const page = await visit('/staff/sign-in', { cookie: cookieOf(answer) })
    assert.include(await page.text(), 'Please try once more.')
  })

  test('an address given twice is refused [WEB-19]', async ({ assert }) => {
    const { cookie, csrf } = await openForm('/staff/sign-in')
    const body = new URLSearchParams([
      ['email', 'ada@example.org'],
      ['email', 'eve@example.org'],
      ['_csrf', csrf],
    ])

    const answer = await visit('/staff/sign-in', { method: 'POST', body, cookie })

    assert.equal(answer.status, 422)
  })
})

test.group('Staff sign-in | the link', (group) => {
  for (const hook of refresh) group.each.setup(hook)

  test('opening it changes nothing and sets no one in; the page has one button', async ({
    assert,
  }) => {
    const user = await makeUser({ email: 'ada@example.org' })
    const token = await tokenFor(user)

    const opened = await visit(`/staff/sign-in/link?rt=${token}`)

    assert.equal(opened.status, 200)
    assert.equal(opened.headers.get('cache-control'), 'no-store')
    assert.equal(opened.headers.get('referrer-policy'), 'no-referrer')
    const page = await opened.text()
    assert.lengthOf(page.match(/<button/g)!, 1)
    const after = await visit('/staff', { cookie: cookieOf(opened) })
    assert.equal(after.headers.get('location'), '/staff/sign-in')
    const [use] = await listUses({ scope: 'sign_in' })
    assert.equal(use.outcome, 'viewed')
  })

  test('works once, and the audit says both [UNSUB-29]', async ({ assert }) => {
    const user = await makeUser()
    const token = await tokenFor(user)

    const first = await submit('/staff/sign-in/link', { rt: token })
    const second = await submit('/staff/sign-in/link', { rt: token })

    assert.equal(first.status, 302)
    assert.equal(second.status, 410)
    assert.include(await second.text(), 'This link has already been used.')
    const uses = await listUses({ scope: 'sign_in' })
    assert.deepEqual(
      uses.map(({ outcome, subject }) => ({ outcome, subject })),
      [
        { outcome: 'replayed', subject: user.publicId },
        { outcome: 'used', subject: user.publicId },
      ]
    )
  })

  test('gives a new session, and the one before is dead [WEB-4]', async ({ assert }) => {
    const user = await makeUser()
    const { cookie: before } = await openForm('/staff/sign-in')

    const answer = await submit(
      '/staff/sign-in/link',
      { rt: await tokenFor(user) },
      { cookie: before }
    )

    const after = cookieOf(answer)
    assert.notEqual(after, before)
    assert.equal((await visit('/staff', { cookie: after })).status, 200)
    assert.equal((await visit('/staff', { cookie: before })).status, 302)
    assert.lengthOf(await db.from('sessions'), 2)
  })

  test('the session cookie is for this site and for no script [WEB-4]', async ({ assert }) => {
    const answer = await submit('/staff/sign-in/link', { rt: await tokenFor(await makeUser()) })

    const cookies = answer.headers.getSetCookie().filter((line) => line.startsWith('postern='))
    assert.lengthOf(cookies, 1)
    assert.match(cookies[0], /; HttpOnly/)
    assert.match(cookies[0], /; SameSite=Lax/)
    assert.match(cookies[0], /; Path=\//)
  })

  test('leads on to the page that was asked for first', async ({ assert }) => {
    const user = await makeUser()
    const turnedAway = await visit('/staff/mailings/0123456789abcdef')

    const answer = await submit(
      '/staff/sign-in/link',
      { rt: await tokenFor(user) },
      { cookie: cookieOf(turnedAway) }
    )

    assert.equal(answer.headers.get('location'), '/staff/mailings/0123456789abcdef')
  })

  test('expires after 10 minutes', async ({ assert }) => {
    const user = await makeUser()
    const at = DateTime.utc().minus({ minutes: 11 }).toJSDate()
    const link = await RequestToken.issue(
      { scope: 'sign_in', target: '/staff/sign-in/link', subject: user.publicId },
      { at }
    )

    const answer = await submit('/staff/sign-in/link', { rt: link.encode() })

    assert.equal(answer.status, 410)
    const page = await answer.text()
    assert.include(page, 'This link has expired.')
    assert.include(page, 'href="/staff/sign-in"')
  })

  test('is dead for an account that has been disabled', async ({ assert }) => {
    const user = await makeUser()
    const token = await tokenFor(user)
    await user.merge({ disabledAt: DateTime.utc() }).save()

    const answer = await submit('/staff/sign-in/link', { rt: token })

    assert.equal(answer.status, 410)
  })

  test('a form on another site cannot sign anyone in [WEB-5]', async ({ assert }) => {
    const token = await tokenFor(await makeUser())

    const answer = await submit(
      '/staff/sign-in/link',
      { rt: token },
      { headers: { 'Sec-Fetch-Site': 'cross-site' } }
    )

    assert.equal(answer.status, 403)
    assert.lengthOf(await listUses({ outcome: 'used' }), 0)
    const own = await submit(
      '/staff/sign-in/link',
      { rt: token },
      { headers: { 'Sec-Fetch-Site': 'same-origin' } }
    )
    assert.equal(own.status, 302)
  })
})

test.group('Staff sign-out', (group) => {
  for (const hook of refresh) group.each.setup(hook)

  test('ends the session for every copy of the cookie [WEB-4]', async ({ assert }) => {
    const cookie = await signIn(await makeUser())
    const page = await visit('/staff', { cookie })

    const answer = await submit('/staff/sign-out', { _csrf: csrfOf(await page.text()) }, { cookie })

    assert.equal(answer.headers.get('location'), '/staff/sign-in')
    const copy = await visit('/staff', { cookie })
    assert.equal(copy.headers.get('location'), '/staff/sign-in')
  })

  test('is not done by a form on another site [WEB-5]', async ({ assert }) => {
    const cookie = await signIn(await makeUser())

    await submit('/staff/sign-out', {}, { cookie })

    assert.equal((await visit('/staff', { cookie })).status, 200)
  })
})
