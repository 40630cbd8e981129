import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import { DateTime } from 'luxon'
import { makeList, makeMailing, makeSubscriber, makeSubscription } from '#database/factories/main'
import ConsentEvent from '#models/consent_event'
import Subscription from '#models/subscription'
import Suppression from '#models/suppression'
import { prepareMailing } from '#mailings/main'
import {
  exportSubscribers,
  giveReason,
  isLeft,
  isSuppressed,
  leaveEverything,
  leaveList,
  leaveLists,
  liftSuppression,
  suppress,
  undoLeaving,
} from '#subscribers/main'
import { emptyDatabase } from '#tests/database'
import { issueLink, present, presentTogether, usesOf } from '#tests/functional/subscribers/grant'

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

test.group('Leaving | several uses in one go', (group) => {
  group.each.setup(() => emptyDatabase())

  test('two links of one person for one list: the first counts, in the row and in the record', async ({
    assert,
  }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({ list })
    const first = await issueLink('unsubscribe', { subscriber, list, mailing: 'm1' })
    const second = await issueLink('unsubscribe', { subscriber, list, mailing: 'm2' })

    await presentTogether([first, second], leaveLists, (i) => new Date(at.getTime() + i))

    const subscription = await Subscription.findByOrFail('subscriberId', subscriber.id)
    const [event, ...others] = await ConsentEvent.all()
    assert.isEmpty(others)
    assert.equal(event.sourceRef, first.jti)
    assert.equal(event.at.toMillis(), at.getTime())
    assert.equal(subscription.leftThrough, 'm1')
    assert.equal(subscription.leftAt?.toMillis(), at.getTime())
    const undo = await issueLink('undo', { subscriber, list, use: first.jti })
    assert.equal((await present(undo, undoLeaving)).standing, 'back')
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

test.group('Leaving | everything, beside other suppressions', (group) => {
  group.each.setup(() => emptyDatabase())

  test('does not hide that the address was suppressed as {reason}, nor does the undo [BNC-8]')
    .with([{ reason: 'manual' }, { reason: 'bounce' }, { reason: 'complaint' }] as const)
    .run(async ({ assert }, { reason }) => {
      const list = await makeList()
      const subscriber = await makeSubscriber({ list })
      await suppress(subscriber.email!, { reason, note: 'kept' })
      const link = await issueLink('preferences', { subscriber, list })
      await present(link, leaveEverything, at)
      assert.sameMembers(await reasons(), [reason, 'objection'])

      const undo = await issueLink('undo', { subscriber, list, use: link.jti })
      const { standing } = await present(undo, undoLeaving)

      const [row, ...others] = await Suppression.all()
      assert.isEmpty(others)
      assert.include(row.serialize(), { reason, note: 'kept', scope: 'all' })
      assert.equal(standing, 'suppressed')
    })

  test('is not lifted by staff: only the person can [LAW-9]', async ({ assert }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({ list })
    await present(await issueLink('preferences', { subscriber, list }), leaveEverything, at)

    await assert.rejects(
      () => liftSuppression(subscriber.email!, { because: 'We miss her' }),
      /only the person can lift that/i
    )

    await suppress(subscriber.email!, { reason: 'bounce' })
    await liftSuppression(subscriber.email!, { because: 'Her mailbox was full' })
    assert.deepEqual(await reasons(), ['objection'])
    assert.isTrue(await isSuppressed(subscriber.emailKey!, list.publicId))
  })

  test('keeps the person out of mailings and out of exports [LAW-13]', async ({ assert }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({ list })
    await present(await issueLink('preferences', { subscriber, list }), leaveEverything, at)
    await Subscription.query().update({ status: 'subscribed' })
    const mailing = await makeMailing({ list })

    assert.equal(await prepareMailing(mailing), 0)
    const lines = []
    for await (const line of exportSubscribers(list, 'jsonl')) lines.push(line)
    assert.notInclude(lines.join(''), subscriber.email!)
  })

  test('is ended by the undo of a leave before it, and by one with nothing to restore [LAW-9]', async ({
    assert,
  }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({ list })
    const leave = await issueLink('unsubscribe', { subscriber, list })
    const all = await issueLink('preferences', { subscriber, list })
    for (const use of [leave.jti, all.jti]) {
      await present(leave, leaveList, at)
      await present(all, leaveEverything, new Date(at.getTime() + 1000))
      assert.isTrue(await isSuppressed(subscriber.emailKey!))

      const undo = await issueLink('undo', { subscriber, list, use })
      const { standing } = await present(undo, undoLeaving)

      assert.equal(standing, 'back')
      assert.isFalse(await isSuppressed(subscriber.emailKey!))
      assert.lengthOf(await Subscription.query().where('status', 'subscribed'), 1)
    }
  })

  test('says of a leave by staff since then that the person is still off the list', async ({
    assert,
  }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({ list, status: 'unsubscribed' })
    const all = await issueLink('preferences', { subscriber, list })
    await present(all, leaveEverything, at)

    const undo = await issueLink('undo', { subscriber, list, use: all.jti })
    const { standing } = await present(undo, undoLeaving)

    assert.equal(standing, 'left')
    assert.isFalse(await isSuppressed(subscriber.emailKey!))
    assert.equal(await usesOf(all), 0)
  })
})

const reasons = async () => (await Suppression.all()).map(({ reason }) => reason)

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

  test('gives back every leave link of the lists that are restored [UNSUB-11]', async ({
    assert,
  }) => {
    const list = await makeList()
    const other = await makeList({ name: 'Harbour Post' })
    const subscriber = await makeSubscriber({ list })
    await makeSubscription(subscriber, other)
    const first = await issueLink('unsubscribe', { subscriber, list, mailing: 'm1' })
    const second = await issueLink('unsubscribe', { subscriber, list, mailing: 'm2' })
    const elsewhere = await issueLink('unsubscribe', { subscriber, list: other })
    for (const link of [first, second, elsewhere]) await present(link, leaveList, at)

    await present(await issueLink('undo', { subscriber, list, use: first.jti }), undoLeaving)

    assert.deepEqual(await Promise.all([first, second, elsewhere].map(usesOf)), [0, 0, 1])
  })

  test('of a link that came second takes back the leave in force [UNSUB-11]', async ({
    assert,
  }) => {
    const list = await makeList({ topics: ['Roses', 'Tools'] })
    const subscriber = await makeSubscriber({ list, topics: ['Roses'] })
    const before = await state(subscriber.id)
    const first = await issueLink('unsubscribe', { subscriber, list, mailing: 'm1' })
    const second = await issueLink('unsubscribe', { subscriber, list, mailing: 'm2' })
    await present(first, leaveList)
    await present(second, leaveList)

    const undo = await issueLink('undo', { subscriber, list, use: second.jti })
    const { standing } = await present(undo, undoLeaving)

    assert.equal(standing, 'back')
    assert.deepEqual(await state(subscriber.id), before)
    assert.deepEqual(await Promise.all([first, second].map(usesOf)), [0, 0])
  })

  test('does not take back a leave that is younger than the page with the undo', async ({
    assert,
  }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({ list })
    const second = await issueLink('unsubscribe', { subscriber, list })
    const undo = await issueLink('undo', { subscriber, list, use: second.jti })
    const later = await issueLink('unsubscribe', { subscriber, list })
    await present(later, leaveList, new Date(Date.now() + 5000))

    const { standing } = await present(undo, undoLeaving)

    assert.equal(standing, 'left')
    assert.lengthOf(await Subscription.query().where('status', 'unsubscribed'), 1)
  })

  test('of a leave by the preferences gives back that link, once, and the leave links', async ({
    assert,
  }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({ list })
    const preferences = await issueLink('preferences', { subscriber, list })
    const unsubscribe = await issueLink('unsubscribe', { subscriber, list })
    await present(preferences, leaveList, at)
    await present(unsubscribe, leaveList)
    await db.from('request_tokens').where('jti', preferences.jti).update({ uses: 4 })

    await present(await issueLink('undo', { subscriber, list, use: preferences.jti }), undoLeaving)

    assert.equal(await usesOf(preferences), 3)
    assert.equal(await usesOf(unsubscribe), 0)
  })

  test('with nothing to undo gives nothing back, and says so', async ({ assert }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({ list })
    const link = await issueLink('preferences', { subscriber, list })
    await present(link, async () => {})

    const undo = await issueLink('undo', { subscriber, list, use: link.jti })
    const { standing } = await present(undo, undoLeaving)

    assert.equal(standing, 'unchanged')
    assert.equal(await usesOf(link), 1)
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
