import { setTimeout as sleep } from 'node:timers/promises'
import { test } from '@japa/runner'
import deliveryConfig from '#config/delivery'
import { makeMailing } from '#database/factories/main'
import Delivery from '#models/delivery'
import {
  cancelMailing,
  deliverPending,
  mailingStatus,
  pauseMailing,
  resumeMailing,
  retryMailing,
  sendMailing,
} from '#delivery/main'
import { emptyDatabase } from '#tests/database'
import { makePost, openSink, rowOf } from '#tests/functional/delivery/post_office'
import { startSink } from '#tests/smtp_sink'

async function deadPort() {
  const sink = await startSink()
  await sink.stop()
  return sink.port
}

test.group('Faults | the server is away', (group) => {
  group.each.setup(() => emptyDatabase())

  test('waiting ends with a sentence, and nothing is lost', async ({ assert, cleanup }) => {
    const usual = deliveryConfig.smtpUrl
    cleanup(() => void (deliveryConfig.smtpUrl = usual))
    deliveryConfig.smtpUrl = `smtp://127.0.0.1:${await deadPort()}`
    const { id } = await makePost(5)

    await assert.rejects(
      () => sendMailing(id, { wait: true, patience: 300 }),
      /^The mail server 127\.0\.0\.1:\d+ cannot be reached: .*ECONNREFUSED.* 0 of 5 are sent and nothing is lost\. Check SMTP_URL/
    )
    const report = await mailingStatus(id)
    assert.equal(report.status, 'sending')
    assert.include(report.counts, { pending: 5, failed: 0, deferred: 0 })

    const sink = await openSink(cleanup)
    const after = await sendMailing(id, { wait: true })
    assert.equal(after.status, 'sent')
    assert.lengthOf(sink.messages, 5)
  })

  test('a server that comes back is found again, with few tries meanwhile [SMTP-12]', async ({
    assert,
    cleanup,
  }) => {
    const usual = deliveryConfig.smtpUrl
    cleanup(() => void (deliveryConfig.smtpUrl = usual))
    const port = await deadPort()
    deliveryConfig.smtpUrl = `smtp://127.0.0.1:${port}`
    const { id } = await makePost(10)
    const troubles: (string | null)[] = []
    const told: (string | null)[] = []

    const sending = sendMailing(id, {
      wait: true,
      patience: 20_000,
      onProgress: ({ trouble }) => void troubles.push(trouble),
      onTrouble: (reason) => void told.push(reason),
    })
    await sleep(800)
    const meanwhile = await mailingStatus(id)
    assert.match(
      meanwhile.statusReason!,
      /^The mail server 127\.0\.0\.1:\d+ is away: .*ECONNREFUSED/
    )
    const sink = await startSink({ port })
    cleanup(() => sink.stop())
    const { counts, statusReason } = await sending

    assert.equal(counts.sent, 10)
    assert.isNull(statusReason)
    assert.deepEqual(told, [meanwhile.statusReason, null])
    assert.lengthOf(new Set(sink.recipients()), 10)
    const failures = troubles.filter((trouble) => trouble !== null).length
    assert.isAbove(failures, 0)
    assert.isBelow(failures, 20)
  })

  test('421 holds the server as a whole, not one recipient [SMTP-2]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup)
    sink.behave('person1@example.org', { at: 'rcpt', reply: '421 4.3.2 Going away' }, 1)
    const { id } = await makePost(4)

    const { counts } = await sendMailing(id, { wait: true, patience: 10_000 })

    assert.equal(counts.sent, 4)
    assert.lengthOf(sink.messages, 4)
  })

  test('a server that refuses us halts the mailing, and resuming goes on [SMTP-2]', async ({
    assert,
    cleanup,
  }) => {
    await openSink(cleanup, { mailReply: '550 5.7.1 Sender not allowed' })
    const { id } = await makePost(6)

    const report = await sendMailing(id, { wait: true })

    assert.equal(report.status, 'halted')
    assert.match(report.statusReason!, /refuses our messages: .*550 5\.7\.1 Sender not allowed/)
    assert.include(report.counts, { pending: 6, failed: 0 })

    const sink = await openSink(cleanup)
    await resumeMailing(id)
    await deliverPending()
    assert.lengthOf(sink.messages, 6)
  })

  test('a wrong password halts too, and stays out of the reason [SMTP-2, SMTP-18]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup, {
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        done(password === 'right' ? null : new Error('Wrong'), { user: username }),
    })
    deliveryConfig.smtpUrl = `smtp://postern:wr%20ng@127.0.0.1:${sink.port}`
    const { id } = await makePost(2)

    const report = await sendMailing(id, { wait: true })

    assert.equal(report.status, 'halted')
    assert.match(report.statusReason!, /535/)
    assert.notMatch(report.statusReason!, /wr.?ng/)

    deliveryConfig.smtpUrl = `smtp://postern:right@127.0.0.1:${sink.port}`
    await resumeMailing(id)
    const after = await sendMailing(id, { wait: true })
    assert.equal(after.counts.sent, 2)
    assert.equal(sink.messages[0].user, 'postern')
  })
})

test.group('Faults | the connection breaks', (group) => {
  group.each.setup(() => emptyDatabase())

  test('before the message: it is sent again, once', async ({ assert, cleanup }) => {
    const sink = await openSink(cleanup)
    sink.behave('person2@example.org', { at: 'rcpt', hangUp: true }, 1)
    const { id } = await makePost(8)

    const { counts } = await sendMailing(id, { wait: true, patience: 10_000 })

    assert.equal(counts.sent, 8)
    assert.lengthOf(sink.messages, 8)
  })

  test('after the last byte of the message: uncertain, and never sent again by itself [SMTP-6, SMTP-7]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup)
    sink.behave('person2@example.org', { at: 'data', hangUp: 'after the final dot' })
    const { id, mailing } = await makePost(5)

    const report = await sendMailing(id, { wait: true, patience: 10_000 })
    await deliverPending()

    assert.include(report.counts, { sent: 4, uncertain: 1 })
    assert.equal(report.status, 'sent')
    assert.lengthOf(
      sink.recipients().filter((to) => to === 'person2@example.org'),
      1
    )
    const row = await rowOf(mailing, 'person2@example.org')
    assert.match(row.reason!, /connection was lost after the whole message/)

    sink.forgetRules()
    assert.equal(await retryMailing(id, { uncertain: true }), 1)
    await deliverPending()
    const after = await mailingStatus(id)
    assert.include(after.counts, { sent: 5, uncertain: 0 })
    assert.equal(after.status, 'sent')
  })

  test('a message at which it always breaks waits, and the others go out', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup)
    sink.behave('person1@example.org', { at: 'rcpt', hangUp: true })
    const { id } = await makePost(4)

    const { counts } = await sendMailing(id, { wait: true, patience: 20_000 })

    assert.include(counts, { sent: 3, deferred: 1 })
    assert.lengthOf(sink.messages, 3)
  })
})

test.group('Faults | the worker died', (group) => {
  group.each.setup(() => emptyDatabase())

  test('what had not begun is sent, what may have gone out is uncertain [SMTP-6, SMTP-7, SMTP-8]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup)
    const { id, mailing } = await makePost(4)
    await sendMailing(id)
    const past = Date.now() - 1
    const dead = { status: 'claimed', claimedBy: 'dead-1', leaseUntil: past }
    await Delivery.query().where('mailing_id', mailing.id).update(dead)
    const begun = await rowOf(mailing, 'person4@example.org')
    await Delivery.query().where('id', begun.id).update({ attemptStartedAt: past })
    const other = await rowOf(mailing, 'person3@example.org')
    await Delivery.query()
      .where('id', other.id)
      .update({ leaseUntil: Date.now() + 60_000 })

    await deliverPending()

    assert.sameMembers(sink.recipients(), ['person1@example.org', 'person2@example.org'])
    const { counts, status } = await mailingStatus(id)
    assert.include(counts, { sent: 2, claimed: 1, uncertain: 1 })
    assert.equal(status, 'sending')
    await begun.refresh()
    assert.match(begun.reason!, /The worker stopped while/)
  })
})

test.group('Brakes | on a mailing under way', (group) => {
  group.each.setup(() => emptyDatabase())

  test('pause stops it at once, resume sends the rest once', async ({ assert, cleanup }) => {
    const sink = await openSink(cleanup, { delay: 10 })
    const { id } = await makePost(60)
    let asked = false

    await sendMailing(id, {
      wait: true,
      onProgress({ handed }) {
        if (asked || handed < 5) return
        asked = true
        void pauseMailing(id)
      },
    })

    const { counts, status } = await mailingStatus(id)
    assert.equal(status, 'paused')
    assert.isBelow(counts.sent, 40)
    assert.equal(counts.sent + counts.pending, 60)
    await deliverPending()
    assert.lengthOf(sink.messages, counts.sent)

    await resumeMailing(id)
    await deliverPending()
    const after = await mailingStatus(id)
    assert.equal(after.status, 'sent')
    assert.lengthOf(new Set(sink.recipients()), 60)
    assert.lengthOf(sink.messages, 60)
  })

  test('cancel skips what is left', async ({ assert, cleanup }) => {
    const sink = await openSink(cleanup, { delay: 10 })
    const { id } = await makePost(40)
    let asked = false

    await sendMailing(id, {
      wait: true,
      onProgress({ handed }) {
        if (asked || handed < 5) return
        asked = true
        void cancelMailing(id)
      },
    })

    const { counts, status } = await mailingStatus(id)
    assert.equal(status, 'cancelled')
    assert.equal(counts.sent, sink.messages.length)
    assert.equal(counts.sent + counts.skipped, 40)
    await assert.rejects(() => resumeMailing(id), /is "cancelled" and cannot be resumed/)
  })

  test('cancel takes hold while the server is away', async ({ assert, cleanup }) => {
    const sink = await openSink(cleanup)
    await sink.stop()
    const { id } = await makePost(5)
    let asked = false

    await sendMailing(id, {
      wait: true,
      onProgress() {
        if (asked) return
        asked = true
        void cancelMailing(id)
      },
    })

    const { counts, status } = await mailingStatus(id)
    assert.equal(status, 'cancelled')
    assert.equal(counts.skipped, 5)
  })

  test('a mailing that cannot be composed any more halts, and the next goes out', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup)
    const { id, list, mailing } = await makePost(3)
    await sendMailing(id)
    await mailing.merge({ body: '{{ broken' }).save()
    const next = await makeMailing({ list })
    await sendMailing(next.publicId)

    await deliverPending()

    const { status, statusReason, counts } = await mailingStatus(id)
    assert.equal(status, 'halted')
    assert.match(statusReason!, /fault in line 1/)
    assert.equal(counts.pending, 3)
    assert.lengthOf(sink.messages, 3)
  })

  test('what is in flight is finished when the worker is told to stop [OPS-5]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup, { delay: 30 })
    const { id } = await makePost(30)
    await sendMailing(id)
    const ending = new AbortController()

    await deliverPending({
      signal: ending.signal,
      onProgress: ({ handed }) => void (handed >= 4 && ending.abort()),
    })

    const { counts } = await mailingStatus(id)
    assert.equal(counts.sent, sink.messages.length)
    assert.include(counts, { claimed: 0, uncertain: 0 })
    assert.equal(counts.pending, 30 - counts.sent)
  })
})

test.group('Schedule | a mailing for later', (group) => {
  group.each.setup(() => emptyDatabase())

  test('is sent when its time has come', async ({ assert, cleanup }) => {
    const sink = await openSink(cleanup)
    const { id, mailing } = await makePost(2)

    const { status } = await sendMailing(id, { at: '2099-01-01T09:00' })
    await deliverPending()

    assert.equal(status, 'scheduled')
    assert.lengthOf(sink.messages, 0)
    await mailing.refresh()
    await mailing.merge({ scheduledAt: mailing.scheduledAt!.set({ year: 2000 }) }).save()
    await mailing.refresh()
    assert.equal(mailing.scheduledAt!.toISO(), '2000-01-01T09:00:00.000Z')
    const { DateTime } = await import('luxon')
    await mailing.merge({ scheduledAt: DateTime.utc().minus({ minutes: 30 }) }).save()
    await deliverPending()
    assert.lengthOf(sink.messages, 2)
  })

  test('is held for a person when more than an hour late [SMTP-17]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup)
    const { DateTime } = await import('luxon')
    const scheduledAt = DateTime.utc().minus({ hours: 2 })
    const { id, mailing } = await makePost(2)
    await mailing.merge({ status: 'scheduled', scheduledAt }).save()

    await deliverPending()

    const { status, statusReason } = await mailingStatus(id)
    assert.equal(status, 'held')
    assert.match(statusReason!, /2\.0 hours ago/)
    assert.lengthOf(sink.messages, 0)
  })

  test('{at} is refused')
    .with([
      { at: 'tomorrow', says: /"tomorrow" is no time/ },
      { at: '2020-01-01', says: /is past/ },
    ])
    .run(async ({ assert }, { at, says }) => {
      const { id } = await makePost(1)

      await assert.rejects(() => sendMailing(id, { at }), says)
    })
})
