import { test } from '@japa/runner'
import type { BrowserContextOptions } from 'playwright'
import db from '@adonisjs/lucid/services/db'
import { makeList, makeMailing, makeSubscriber, makeUser } from '#database/factories/main'
import { signInLink } from '#mails/sign_in_mail'
import { mint } from '#request_tokens/main'
import { linkFor } from '#subscribers/main'
import { emptyDatabase } from '#tests/database'
import { overflow, paleTexts } from '#tests/browser/legibility'
import { base, submit } from '#tests/functional/staff/member'

const LONG =
  'What to prune in March, and what to leave alone until the last of the frosts is over for good'

async function aMailingWithUses() {
  const list = await makeList({ name: 'Garden News' })
  const mailing = await makeMailing({ list, subject: LONG, status: 'halted' })
  await mailing.merge({ statusReason: 'Too many failures. Look at them, then resume.' }).save()
  for (let i = 0; i < 5; i++) {
    const { id, publicId } = await makeSubscriber({ list })
    await db
      .table('deliveries')
      .insert({ mailing_id: mailing.id, subscriber_id: id, status: 'sent', attempts: 1 })
    const [link] = await mint([
      linkFor('unsubscribe', {
        subscriber: publicId,
        list: list.publicId,
        mailing: mailing.publicId,
      }),
    ])
    await submit('/unsubscribe', { rt: link.token })
  }
  return mailing
}

test.group('Staff pages | in a browser', (group) => {
  group.each.setup(() => emptyDatabase())

  test('one signs in by one button, looks at a mailing, and signs out', async ({
    assert,
    browserContext,
  }) => {
    const mailing = await aMailingWithUses()
    const link = await signInLink(await makeUser({ name: 'Ada Moreno' }))
    const page = await browserContext.newPage()

    await page.goto(link.url())
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/staff')
    assert.notInclude(page.url(), 'rt=')
    await page.getByRole('link', { name: LONG }).click()
    await page.waitForURL(`**/staff/mailings/${mailing.publicId}`)
    assert.equal(await page.locator('.uses tbody tr').count(), 5)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/staff/sign-in')
    await page.goto(`${base}/staff`)
    assert.match(page.url(), /\/staff\/sign-in$/)
  })

  test(
    '{colorScheme}, {viewport.width} px: readable, nothing wider than the screen [A11Y-4, A11Y-5]'
  )
    .with([
      { colorScheme: 'light', viewport: { width: 320, height: 700 } },
      { colorScheme: 'dark', viewport: { width: 390, height: 800 } },
      { colorScheme: 'light', viewport: { width: 900, height: 800 } },
      { colorScheme: 'dark', viewport: { width: 1280, height: 800 } },
    ] satisfies BrowserContextOptions[])
    .run(async ({ assert, browser }, look) => {
      const mailing = await aMailingWithUses()
      const link = await signInLink(await makeUser({ name: 'Ada Moreno' }))
      const context = await browser.newContext({ ...look, baseURL: base })
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      const signInPage = link.url()

      for (const path of [
        signInPage,
        '/staff',
        `/staff/mailings/${mailing.publicId}`,
        '/staff/sign-in',
      ]) {
        await page.goto(path)
        if (path === signInPage) {
          await check()
          await page.getByRole('button', { name: 'Sign in' }).click()
          await page.waitForURL('**/staff')
        }
        await check()
      }
      await context.close()
      assert.isEmpty(complaints)

      async function check() {
        const place = page.url().split('?')[0]
        assert.isAtMost(await overflow(page), 0, place)
        assert.isEmpty(await paleTexts(page), place)
      }
    })

  test('needs no script', async ({ assert, browser }) => {
    await aMailingWithUses()
    const link = await signInLink(await makeUser())
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()

    await page.goto(link.url())
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/staff')

    assert.equal(await page.getByRole('link', { name: LONG }).count(), 1)
    await context.close()
  })
})
