import { test } from '@japa/runner'
import deliveryConfig from '#config/delivery'
import { makeSubscriber, makeList, makeMailing } from '#database/factories/main'
import { deliverPending, mailingStatus, sendMailing } from '#delivery/main'
import { prepareMailing } from '#mailings/main'
import { verify } from '#request_tokens/main'
import { suppress } from '#subscribers/main'
import { emptyDatabase } from '#tests/database'
import { makePost, openSink, rowOf } from '#tests/functional/delivery/post_office'

test.group('Sending | to a list', (group) => {
  group.each.setup(() => emptyDatabase())

  test('30 people each get the mailing once, over few connections [SMTP-8, SMTP-11, SMTP-12]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup)
    const { id } = await makePost(30)

    const report = await sendMailing(id, { wait: true })

    assert.equal(report.status, 'sent')
    assert.equal(report.counts.sent, 30)
    assert.lengthOf(sink.messages, 30)
    assert.lengthOf(new Set(sink.recipients()), 30)
    assert.isTrue(sink.messages.every(({ to }) => to.length === 1))
    assert.isAtMost(sink.counts.connections, deliveryConfig.connections)
  })

  test('each message is its person’s own: name, links, Message-ID [MSG-5, UNSUB-15]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup)
    const { id, mailing, list, subscribers } = await makePost(3)

    await sendMailing(id, { wait: true })

    const messages = await sink.parsed()
    assert.lengthOf(new Set(messages.map(({ messageId }) => messageId)), 3)
    for (const message of messages) {
      const [to] = (message.to as any).value
      const person = subscribers.find(({ email }) => email === to.address)!
      assert.include(message.text!, `Dear ${person.name},`)
      const link = message.text!.match(/http\S+\/unsubscribe\?rt=\S+/)![0]
      assert.isBelow(link.length, 500)
      assert.notMatch(link, /[%#]/)
      const url = new URL(link)
      const verdict = await verify(url.searchParams.get('rt')!, {
        scope: 'unsubscribe',
        target: '/unsubscribe',
      })
      assert.equal(verdict.claims?.sub, person.publicId)
      assert.deepEqual(verdict.claims?.data, { list: list.publicId, mailing: id })
      const header = (message.headers.get('list') as any).unsubscribe.url
      assert.equal(header, link)
      const row = await rowOf(mailing, person.email!)
      assert.equal(row.messageId, message.messageId)
    }
  })

  test('a refusal of one is kept with code and reason, and stops nobody else [SMTP-1]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup)
    sink.refuse('person3@example.org', '550 5.1.1 No such person here')
    const { id, mailing } = await makePost(6)

    const report = await sendMailing(id, { wait: true })

    assert.equal(report.status, 'sent')
    assert.include(report.counts, { sent: 5, failed: 1, pending: 0 })
    const row = await rowOf(mailing, 'person3@example.org')
    assert.equal(row.smtpCode, 550)
    assert.equal(row.smtpStatus, '5.1.1')
    assert.equal(row.reason, '550 5.1.1 No such person here')
    assert.equal(row.attempts, 1)
  })

  test('"later" is asked again when the time has come, not before [SMTP-1, SMTP-3, SMTP-4]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup)
    sink.defer('person2@example.org')
    const { id, mailing } = await makePost(4)

    const report = await sendMailing(id, { wait: true })

    assert.equal(report.status, 'sending')
    assert.include(report.counts, { sent: 3, deferred: 1 })
    const row = await rowOf(mailing, 'person2@example.org')
    assert.equal(row.smtpCode, 451)
    assert.equal(row.smtpStatus, '4.3.0')
    assert.isAbove(row.nextAttemptAt!.toMillis(), Date.now() + 29 * 60_000)
    await deliverPending()
    assert.lengthOf(sink.messages, 3)

    await row.merge({ nextAttemptAt: row.nextAttemptAt!.minus({ hours: 1 }) }).save()
    await deliverPending()

    assert.lengthOf(sink.messages, 4)
    const after = await mailingStatus(id)
    assert.equal(after.status, 'sent')
    await row.refresh()
    assert.equal(row.attempts, 2)
  })

  test('refusals at the end of the message count the same [SMTP-1]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup)
    sink.behave('person1@example.org', { at: 'data', reply: '554 5.6.0 Not this one' })
    sink.behave('person2@example.org', { at: 'data', reply: '452 4.2.2 Full' })
    sink.behave('person3@example.org', { at: 'rcpt', reply: '552 Too many recipients' })
    const { id } = await makePost(4)

    const { counts } = await sendMailing(id, { wait: true })

    assert.include(counts, { failed: 1, deferred: 2, sent: 1 })
  })

  test('prepared twice, nothing changes [SMTP-8]', async ({ assert }) => {
    const { mailing } = await makePost(5)

    assert.equal(await prepareMailing(mailing), 5)
    assert.equal(await prepareMailing(mailing), 5)
  })

  test('two workers at once send each message once [SMTP-8]', async ({ assert, cleanup }) => {
    const sink = await openSink(cleanup, { delay: 3 })
    const { id } = await makePost(60)
    await sendMailing(id)

    await Promise.all([deliverPending(), deliverPending()])

    assert.lengthOf(sink.messages, 60)
    assert.lengthOf(new Set(sink.recipients()), 60)
    const { status, counts } = await mailingStatus(id)
    assert.equal(status, 'sent')
    assert.equal(counts.sent, 60)
  })
})

test.group('Sending | who gets it', (group) => {
  group.each.setup(() => emptyDatabase())

  test('those who left, are pending, paused, suppressed, erased or of another list do not', async ({
    assert,
    cleanup,
  }) => {
    const { DateTime } = await import('luxon')
    const sink = await openSink(cleanup)
    const list = await makeList()
    await makeSubscriber({ list, email: 'in@example.org' })
    await makeSubscriber({ list, email: 'left@example.org', status: 'unsubscribed' })
    await makeSubscriber({ list, email: 'unsure@example.org', status: 'pending' })
    await makeSubscriber({
      list,
      email: 'paused@example.org',
      pausedUntil: DateTime.utc().plus({ days: 3 }),
    })
    await makeSubscriber({
      list,
      email: 'back@example.org',
      pausedUntil: DateTime.utc().minus({ days: 3 }),
    })
    await makeSubscriber({ list, email: 'bad@example.org' })
    await suppress('bad@example.org', { reason: 'bounce' })
    await makeSubscriber({ list, email: 'nothere@example.org' })
    await suppress('nothere@example.org', { reason: 'manual', scope: list.publicId })
    const erased = await makeSubscriber({ list, email: 'erased@example.org' })
    await erased.merge({ erasedAt: DateTime.utc() }).save()
    await makeSubscriber({ list: await makeList({ name: 'Other' }), email: 'other@example.org' })
    const { publicId } = await makeMailing({ list })

    await sendMailing(publicId, { wait: true })

    assert.sameMembers(sink.recipients(), ['in@example.org', 'back@example.org'])
  })

  test('a mailing for topics goes to those who chose one of them', async ({ assert, cleanup }) => {
    const sink = await openSink(cleanup)
    const list = await makeList({ topics: ['Bulbs', 'Bees', 'Tools'] })
    await makeSubscriber({ list, email: 'both@example.org', topics: ['Bulbs', 'Bees'] })
    await makeSubscriber({ list, email: 'bees@example.org', topics: ['Bees'] })
    await makeSubscriber({ list, email: 'tools@example.org', topics: ['Tools'] })
    await makeSubscriber({ list, email: 'none@example.org' })
    const mailing = await makeMailing({ list })
    await mailing.related('topics').attach(list.topics.slice(0, 2).map(({ id }) => id))

    await sendMailing(mailing.publicId, { wait: true })

    assert.sameMembers(sink.recipients(), ['both@example.org', 'bees@example.org'])
  })

  test('at most so many in a week', async ({ assert, cleanup }) => {
    const sink = await openSink(cleanup)
    const list = await makeList()
    await makeSubscriber({ list, email: 'one@example.org', weeklyLimit: 1 })
    await makeSubscriber({ list, email: 'all@example.org' })
    for (const subject of ['first', 'second']) {
      const { publicId } = await makeMailing({ list, subject })
      await sendMailing(publicId, { wait: true })
    }

    assert.sameMembers(sink.recipients(), ['one@example.org', 'all@example.org', 'all@example.org'])
  })

  test('who leaves between preparing and sending is skipped, with the reason [SMTP-10, UNSUB-28]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup)
    const { id, mailing, subscribers } = await makePost(4)
    await sendMailing(id)
    await subscribers[0].related('subscriptions').query().update({ status: 'unsubscribed' })
    await suppress('person2@example.org', { reason: 'complaint' })

    await deliverPending()

    assert.sameMembers(sink.recipients(), ['person3@example.org', 'person4@example.org'])
    const { counts, status } = await mailingStatus(id)
    assert.include(counts, { sent: 2, skipped: 2 })
    assert.equal(status, 'sent')
    const row = await rowOf(mailing, 'person1@example.org')
    assert.equal(row.reason, 'The person is no longer subscribed to the list.')
  })

  test('who leaves while the batch is going out gets nothing more [SMTP-10, UNSUB-28]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup, { delay: 20 })
    const { id, subscribers } = await makePost(40)
    let left = false

    await sendMailing(id, {
      wait: true,
      onProgress() {
        if (left) return
        left = true
        void subscribers[39]
          .related('subscriptions')
          .query()
          .update({ status: 'unsubscribed' })
          .exec()
      },
    })

    assert.notInclude(sink.recipients(), 'person40@example.org')
    const { counts } = await mailingStatus(id)
    assert.include(counts, { sent: 39, skipped: 1 })
  })
})

test.group('Sending | refused before it begins', (group) => {
  group.each.setup(() => emptyDatabase())

  test('a list with nobody on it', async ({ assert }) => {
    const { id } = await makePost(0)

    await assert.rejects(
      () => sendMailing(id),
      /^Nobody is to get this mailing: the list "garden-news"/
    )
    const { status } = await mailingStatus(id)
    assert.equal(status, 'draft')
  })

  test('no postal address [LAW-5]', async ({ assert, cleanup }) => {
    const usual = deliveryConfig.postalAddress
    deliveryConfig.postalAddress = ' '
    cleanup(() => void (deliveryConfig.postalAddress = usual))
    const { id, list } = await makePost(1)

    await assert.rejects(() => sendMailing(id), /has no postal address.*Set POSTAL_ADDRESS/)
    await list.merge({ postalAddress: '2 Garden Gate' }).save()
    const { status } = await sendMailing(id)
    assert.equal(status, 'sending')
  })

  test('a fault in the template, or an unknown id', async ({ assert }) => {
    const { id } = await makePost(1, { body: 'one\n{{ nothing }}' })

    await assert.rejects(() => sendMailing(id), /fault in line 2: there is no value "nothing"/)
    await assert.rejects(() => sendMailing('nosuch'), /There is no mailing "nosuch"/)
  })

  test('one that was sent', async ({ assert, cleanup }) => {
    await openSink(cleanup)
    const { id } = await makePost(1)
    await sendMailing(id, { wait: true })

    await assert.rejects(() => sendMailing(id), /is "sent". It has been sent/)
  })
})
