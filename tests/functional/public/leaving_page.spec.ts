import { test } from '@japa/runner'
import { DateTime } from 'luxon'
import type List from '#models/list'
import type Subscriber from '#models/subscriber'
import Subscription from '#models/subscription'
import { makeList, makeSubscriber, makeSubscription } from '#database/factories/main'
import { isSuppressed, suppress } from '#subscribers/main'
import { emptyDatabase } from '#tests/database'
import { formOn, makeLink, statusOf, submit, visit } from '#tests/functional/public/visitor'

let list: List
let rosa: Subscriber

async function start() {
  await emptyDatabase()
  list = await makeList({ name: 'Garden News', topics: ['Events', 'Recipes'] })
  rosa = await makeSubscriber({ email: 'rosa@example.org', list, topics: ['Events'] })
}

/** What a mail client sends. */
const oneClick = (url: string) => submit(url, { 'List-Unsubscribe': 'One-Click' })

test.group('Unsubscribe | the page after', (group) => {
  group.each.setup(start)

  async function leave() {
    const link = await makeLink('unsubscribe', rosa, list)
    const form = formOn(await (await visit(link.url)).text(), '/unsubscribe')
    const response = await submit('/unsubscribe', form)
    return { link, response, page: await response.text() }
  }

  test('says who, from what and from when, and offers every way on [A11Y-6, A11Y-10]', async ({
    assert,
  }) => {
    const { link, page, response } = await leave()

    assert.equal(response.status, 200)
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
    assert.include(page, 'role="status"')
    assert.match(page, /r•••@example\.org<\/bdi> gets no more mail from Garden News, as of \d+ \w+/)
    for (const words of ['Undo', 'Get fewer mails', 'Leave every list', 'Send answer'])
      assert.include(page, words)
    assert.notMatch(page, /oops|sorry to see|miss you|are you sure/i)
    const tokens = ['/unsubscribe/undo', '/unsubscribe/reason', '/preferences'].map(
      (action) => formOn(page, action).rt
    )
    assert.equal(new Set([...tokens, link.token]).size, 4)
  })

  test('undo restores all, and the link works again', async ({ assert }) => {
    const before = await Subscription.query().preload('topics').firstOrFail()
    const { link, page } = await leave()

    const response = await submit('/unsubscribe/undo', formOn(page, '/unsubscribe/undo'))

    assert.equal(response.status, 200)
    assert.include(await response.text(), 'You are back on Garden News')
    const after = await Subscription.query().preload('topics').firstOrFail()
    assert.equal(after.status, 'subscribed')
    assert.equal(after.joinedAt?.toMillis(), before.joinedAt?.toMillis())
    assert.isNull(after.leftAt)
    assert.deepEqual(
      after.topics.map(({ name }) => name),
      ['Events']
    )
    assert.equal((await oneClick(link.url)).status, 200)
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
  })

  test('undo works once', async ({ assert }) => {
    const { page } = await leave()
    const form = formOn(page, '/unsubscribe/undo')
    await submit('/unsubscribe/undo', form)

    const again = await submit('/unsubscribe/undo', form)

    assert.equal(again.status, 410)
    assert.include(await again.text(), 'This link has already been used')
    assert.equal(await statusOf(rosa, list), 'subscribed')
  })

  test('undo does not bring back who has left by another link since', async ({ assert }) => {
    const { page } = await leave()
    const form = formOn(page, '/unsubscribe/undo')
    await submit('/unsubscribe/undo', form)
    const other = await makeLink('unsubscribe', rosa, list)
    const second = formOn(
      await (await submit(other.url, { rt: other.token })).text(),
      '/unsubscribe/undo'
    )
    await submit('/unsubscribe/undo', second)
    const third = await makeLink('unsubscribe', rosa, list)
    const stale = await makeLink('undo', rosa, list, { use: other.jti })
    await oneClick(third.url)

    const response = await submit('/unsubscribe/undo', { rt: stale.token })

    assert.include(await response.text(), 'This could not be undone')
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
  })

  test('undo makes every leave link of the list work again [UNSUB-11]', async ({ assert }) => {
    const { page } = await leave()
    const second = await makeLink('unsubscribe', rosa, list, { mailing: 'second' })
    await oneClick(second.url)

    await submit('/unsubscribe/undo', formOn(page, '/unsubscribe/undo'))

    assert.equal(await statusOf(rosa, list), 'subscribed')
    assert.equal((await oneClick(second.url)).status, 200)
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
  })

  test('undo on the page of a link that came second works too [UNSUB-11]', async ({ assert }) => {
    const { link } = await leave()
    const second = await makeLink('unsubscribe', rosa, list)
    const page = await (await submit(second.url, { rt: second.token })).text()

    const response = await submit('/unsubscribe/undo', formOn(page, '/unsubscribe/undo'))

    assert.include(await response.text(), 'You are back on Garden News')
    assert.equal(await statusOf(rosa, list), 'subscribed')
    for (const { url } of [link, second]) assert.equal((await oneClick(url)).status, 200)
  })

  test('undo of a person whose address gets no mail does not promise any [BNC-8]', async ({
    assert,
  }) => {
    await suppress('rosa@example.org', { reason: 'bounce' })
    const { page } = await leave()

    const response = await submit('/unsubscribe/undo', formOn(page, '/unsubscribe/undo'))
    const after = await response.text()

    assert.include(after, 'You are on Garden News, but no mail will come')
    assert.notInclude(after, 'You are back')
  })

  test('undo of one who had not confirmed says that mail waits for that', async ({ assert }) => {
    await Subscription.query().update({ status: 'pending', joined_at: null })
    const { page } = await leave()

    const response = await submit('/unsubscribe/undo', formOn(page, '/unsubscribe/undo'))

    assert.include(await response.text(), 'Your sign-up waits for you again')
    assert.equal(await statusOf(rosa, list), 'pending')
  })

  test('undo names a pause that goes on', async ({ assert }) => {
    const pausedUntil = DateTime.utc().plus({ days: 12 })
    await rosa.merge({ pausedUntil }).save()
    const { page } = await leave()

    const response = await submit('/unsubscribe/undo', formOn(page, '/unsubscribe/undo'))

    const day = pausedUntil.toFormat('d LLLL yyyy')
    assert.include(await response.text(), `your pause lasts until ${day}`)
  })

  test('undo after one has come back already says that there was nothing to undo', async ({
    assert,
  }) => {
    const { page } = await leave()
    const { rt } = formOn(page, '/preferences')
    await submit('/preferences', { rt, join: 'yes' })

    const response = await submit('/unsubscribe/undo', formOn(page, '/unsubscribe/undo'))

    assert.include(await response.text(), 'There was nothing to undo')
    assert.equal(await statusOf(rosa, list), 'subscribed')
  })

  test('a reason is kept: {comment}')
    .with([
      { reason: 'too_many', comment: '' },
      { reason: 'other', comment: 'Zu viel! 🌱 <b>«\u202e» {{ x }} =1+1' },
      { reason: 'other', comment: 'with\u0000a NUL' },
    ])
    .run(async ({ assert }, { reason, comment }) => {
      const { page } = await leave()
      const form = formOn(page, '/unsubscribe/reason')

      const response = await submit('/unsubscribe/reason', { ...form, reason, comment })

      assert.equal(response.status, 200)
      const subscription = await Subscription.firstOrFail()
      assert.equal(subscription.leftReason, reason)
      assert.equal(subscription.leftComment ?? '', comment.replace('\u0000', ''))
      assert.equal(subscription.status, 'unsubscribed')
    })

  test('an answer that is not on the page is refused, and nothing is noted', async ({ assert }) => {
    const { page } = await leave()

    const response = await submit('/unsubscribe/reason', {
      ...formOn(page, '/unsubscribe/reason'),
      reason: 'hacked',
    })

    assert.equal(response.status, 422)
    assert.include(await response.text(), 'nothing has been changed')
    const subscription = await Subscription.firstOrFail()
    assert.isNull(subscription.leftReason)
  })

  test('leave every list from the same page, and undo that', async ({ assert }) => {
    const other = await makeList({ name: 'Tool Notes' })
    await makeSubscription(rosa, other)
    const { page } = await leave()

    const response = await submit('/preferences', {
      ...formOn(page, '/preferences'),
      leave: 'everything',
    })
    const everything = await response.text()

    assert.include(everything, 'You have left every list')
    assert.equal(await statusOf(rosa, other), 'unsubscribed')
    const back = await submit('/unsubscribe/undo', formOn(everything, '/unsubscribe/undo'))
    assert.equal(await statusOf(rosa, other), 'subscribed')
    const after = await back.text()
    assert.include(after, 'You are back on Garden News')
    assert.include(after, 'You also get these again: Tool Notes.')
    assert.equal(await statusOf(rosa, list), 'subscribed')
  })

  test('undo on the first page ends the wish to leave every list as well [LAW-9]', async ({
    assert,
  }) => {
    const { page } = await leave()
    await submit('/preferences', { ...formOn(page, '/preferences'), leave: 'everything' })
    assert.isTrue(await isSuppressed('rosa@example.org'))

    const response = await submit('/unsubscribe/undo', formOn(page, '/unsubscribe/undo'))

    assert.include(await response.text(), 'You are back on Garden News')
    assert.isFalse(await isSuppressed('rosa@example.org', list.publicId))
  })

  test('someone whose list is gone has nothing left to leave', async ({ assert }) => {
    const { url } = await makeLink('unsubscribe', rosa, list)
    await list.delete()

    const response = await oneClick(url)

    assert.equal(response.status, 200)
  })
})
