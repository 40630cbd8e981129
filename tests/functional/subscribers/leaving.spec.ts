import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import { DateTime } from 'luxon'
import { makeList, makeSubscriber, makeSubscription } from '#database/factories/main'
import ConsentEvent from '#models/consent_event'
import Subscription from '#models/subscription'
import { giveReason, isLeft, isSuppressed, leaveEverything, leaveList } from '#subscribers/main'
import { undoLeaving } from '#subscribers/main'
import { emptyDatabase } from '#tests/database'
import { issueLink, present, usesOf } from '#tests/functional/subscribers/grant'

const at = new Date('2026-11-24T09:30:00.250Z')

test.group('Leaving | one list', (group) => {
  group.each.setup(() => emptyDatabase())

  test('is done at the time of the request, with its proof [LAW-4, LAW-10]', async ({ assert }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({ list })
    const link = await issueLink('unsubscribe', { subscriber, list, mailing: 'm1' })

    await present(link, leaveList, at)

    const subscription = await Subscription.findByOrFail('subscriberId', subscriber.id)
    assert.equal(subscription.status, 'unsubscribed')
    assert.equal(subscription.leftAt?.toMillis(), at.getTime())
    assert.equal(subscription.leftThrough, 'm1')
    const [event, ...others] = await ConsentEvent.all()
    assert.isEmpty(others)
    assert.equal(event.at.toMillis(), at.getTime())
    assert.include(
      { event: event.event, source: event.source, ref: event.sourceRef, list: event.listId },
      { event: 'left', source: 'link', ref: link.jti, list: list.id }
    )
  })

  test('a second time changes nothing and records nothing [UNSUB-10]', async ({ assert }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({ list })
    await present(
      await issueLink('unsubscribe', { subscriber, list, mailing: 'm1' }),
      leaveList,
      at
    )

    await present(await issueLink('unsubscribe', { subscriber, list, mailing: 'm2' }), leaveList)

    const subscription = await Subscription.findByOrFail('subscriberId', subscriber.id)
    assert.equal(subscription.leftThrough, 'm1')
    assert.lengthOf(await ConsentEvent.all(), 1)
  })

  test('leaves other lists and other people alone', async ({ assert }) => {
    const list = await makeList()
    const other = await makeList({ name: 'Harbour Post' })
    const subscriber = await makeSubscriber({ list })
    await makeSubscription(subscriber, other)
    await makeSubscriber({ list })

    await present(await issueLink('unsubscribe', { subscriber, list }), leaveList)

    assert.lengthOf(await Subscription.query().where('status', 'subscribed'), 2)
  })

  test('many at once leave as each would alone', async ({ assert }) => {
    const list = await makeList()
    const [first, second] = [await makeSubscriber({ list }), await makeSubscriber({ list })]
    const links = [
      await issueLink('unsubscribe', { subscriber: first, list, mailing: 'm1' }),
      await issueLink('unsubscribe', { subscriber: second, list }),
      await issueLink('unsubscribe', { subscriber: first, list, mailing: 'm2' }),
    ]

    const answers = await Promise.all(
      links.map((link) => fetch(link.url(), { method: 'POST', body: 'List-Unsubscribe=One-Click' }))
    )

    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200]
    )
    assert.lengthOf(await Subscription.query().where('status', 'unsubscribed'), 2)
    assert.lengthOf(await ConsentEvent.query().where('event', 'left'), 2)
    assert.deepEqual(await Promise.all(links.map(usesOf)), [1, 1, 1])
  })
})

test.group('Leaving | whether it is done', (group) => {
  group.each.setup(() => emptyDatabase())

  test('{status}: {done}')
    .with([
      { status: 'subscribed', done: false },
      { status: 'pending', done: false },
      { status: 'unsubscribed', done: true },
    ] as const)
    .run(async ({ assert }, { status, done }) => {
      const list = await makeList()
      const subscriber = await makeSubscriber({ list, status })
      const link = await issueLink('unsubscribe', { subscriber, list })

      const answer = await present(link, (use) => isLeft(use, use.client))

      assert.equal(answer, done)
    })

  test('with no subscription, and with nobody, there is nothing to leave', async ({ assert }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber()
    const link = await issueLink('unsubscribe', { subscriber, list })

    assert.isTrue(await present(link, (use) => isLeft(use, use.client)))
    assert.isTrue(await isLeft({ claims: link.claims, subject: null }, db.connection()))
  })
})

test.group('Leaving | everything', (group) => {
  group.each.setup(() => emptyDatabase())

  test('acts on all lists, and on those to come [LAW-7, LAW-13]', async ({ assert }) => {
    const list = await makeList()
    const other = await makeList({ name: 'Harbour Post' })
    const subscriber = await makeSubscriber({ list })
    await makeSubscription(subscriber, other)

    await present(await issueLink('preferences', { subscriber, list }), leaveEverything, at)

    assert.lengthOf(await Subscription.query().where('status', 'unsubscribed'), 2)
    assert.lengthOf(await ConsentEvent.query().where('event', 'left'), 2)
    assert.isTrue(await isSuppressed(subscriber.emailKey!))
  })

  test('is undone as a whole', async ({ assert }) => {
    const list = await makeList()
    const other = await makeList({ name: 'Harbour Post' })
    const subscriber = await makeSubscriber({ list })
    await makeSubscription(subscriber, other)
    const link = await issueLink('unsubscribe', { subscriber, list })
    await present(link, leaveEverything, at)

    await present(await issueLink('undo', { subscriber, list, use: link.jti }), undoLeaving)

    assert.lengthOf(await Subscription.query().where('status', 'subscribed'), 2)
    assert.isFalse(await isSuppressed(subscriber.emailKey!))
  })
})

test.group('Leaving | the reason', (group) => {
  group.each.setup(() => emptyDatabase())

  test('is kept with the subscription, after the fact', async ({ assert }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({ list, status: 'unsubscribed' })

    await present(await issueLink('reason', { subscriber, list }), (use) =>
      giveReason(use, { reason: 'too_many', comment: '  Once a month would do. ' })
    )

    const subscription = await Subscription.findByOrFail('subscriberId', subscriber.id)
    assert.equal(subscription.leftReason, 'too_many')
    assert.equal(subscription.leftComment, 'Once a month would do.')
  })

  test('of one who has come back meanwhile is not kept', async ({ assert }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({ list })

    await present(await issueLink('reason', { subscriber, list }), (use) =>
      giveReason(use, { reason: 'other', comment: 'Bye' })
    )

    const subscription = await Subscription.findByOrFail('subscriberId', subscriber.id)
    assert.isNull(subscription.leftReason)
  })
})

test.group('Leaving | undo', (group) => {
  group.each.setup(() => emptyDatabase())

  test('brings back status, topics and dates exactly, and the use of the link', async ({
    assert,
  }) => {
    const list = await makeList({ topics: ['Roses', 'Tools'] })
    const subscriber = await makeSubscriber({ list, topics: ['Roses'] })
    const before = await state(subscriber.id)
    const link = await issueLink('unsubscribe', { subscriber, list, mailing: 'm1' })
    await present(link, leaveList, at)
    await present(await issueLink('reason', { subscriber, list }), (use) =>
      giveReason(use, { reason: 'other', comment: 'Too cold' })
    )
    assert.equal(await usesOf(link), 1)

    await present(await issueLink('undo', { subscriber, list, use: link.jti }), undoLeaving)

    assert.deepEqual(await state(subscriber.id), before)
    assert.equal(await usesOf(link), 0)
    const events = await ConsentEvent.query().orderBy('id')
    assert.deepEqual(
      events.map(({ event }) => event),
      ['left', 'restored']
    )
  })

  test('of one who had not confirmed is pending again', async ({ assert }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({ list, status: 'pending' })
    const link = await issueLink('unsubscribe', { subscriber, list })
    await present(link, leaveList)

    await present(await issueLink('undo', { subscriber, list, use: link.jti }), undoLeaving)

    const subscription = await Subscription.findByOrFail('subscriberId', subscriber.id)
    assert.equal(subscription.status, 'pending')
  })

  test('does not take back a later leave by another way', async ({ assert }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({ list })
    const link = await issueLink('unsubscribe', { subscriber, list })
    await present(link, leaveList, at)
    await Subscription.query().update({ left_at: DateTime.utc().toMillis() })

    await present(await issueLink('undo', { subscriber, list, use: link.jti }), undoLeaving)

    const subscription = await Subscription.findByOrFail('subscriberId', subscriber.id)
    assert.equal(subscription.status, 'unsubscribed')
    assert.equal(await usesOf(link), 1)
  })

  test('lets one leave again by the same link [UNSUB-11]', async ({ assert }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({ list })
    const link = await issueLink('unsubscribe', { subscriber, list })
    await present(link, leaveList, at)
    await present(await issueLink('undo', { subscriber, list, use: link.jti }), undoLeaving)

    await present(link, leaveList)

    const subscription = await Subscription.findByOrFail('subscriberId', subscriber.id)
    assert.equal(subscription.status, 'unsubscribed')
    assert.lengthOf(await ConsentEvent.query().where('event', 'left'), 2)
  })
})

async function state(subscriberId: number) {
  const row = await Subscription.query()
    .where('subscriberId', subscriberId)
    .preload('topics')
    .firstOrFail()
  const { topics, updatedAt, ...columns } = row.serialize()
  return { ...columns, topics: topics.map(({ name }: { name: string }) => name) }
}
