import { test } from '@japa/runner'
import type List from '#models/list'
import type Subscriber from '#models/subscriber'
import Subscription from '#models/subscription'
import { makeList, makeSubscriber, makeSubscription } from '#database/factories/main'
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
    await submit('/unsubscribe/undo', formOn(everything, '/unsubscribe/undo'))
    assert.equal(await statusOf(rosa, other), 'subscribed')
  })

  test('someone whose list is gone has nothing left to leave', async ({ assert }) => {
    const { url } = await makeLink('unsubscribe', rosa, list)
    await list.delete()

    const response = await oneClick(url)

    assert.equal(response.status, 200)
  })
})
