import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import { makeList, makeMailing } from '#database/factories/main'
import Delivery from '#models/delivery'
import Subscriber from '#models/subscriber'
import Subscription from '#models/subscription'
import { describeSubscriber, eraseSubscriber, isSuppressed, leaveList } from '#subscribers/main'
// eslint-disable-next-line no-restricted-imports -- not for anyone but this test
import { forgottenTables } from '#subscribers/erasure'
import { giveReason, loadLinkSubscribers } from '#subscribers/main'
import { emptyDatabase } from '#tests/database'
import { importCsv } from '#tests/functional/subscribers/csv'
import { issueLink, present } from '#tests/functional/subscribers/grant'

async function rosaWithAPast() {
  const list = await makeList({ topics: ['Roses'] })
  await importCsv('email,name,Plot,topics\nrosa@example.org,Rosa Lindqvist,Orchard Row 7,roses\n', {
    list,
    consent: 'Signed at the fair',
  })
  const rosa = await Subscriber.findByOrFail('emailKey', 'rosa@example.org')
  const mailing = await makeMailing({ list })
  await Delivery.create({
    mailingId: mailing.id,
    subscriberId: rosa.id,
    status: 'failed',
    reason: '550 rosa@example.org unknown',
  })
  const link = await issueLink('unsubscribe', {
    subscriber: rosa,
    list,
    mailing: mailing.publicId,
  })
  await present(link, leaveList)
  await present(await issueLink('reason', { subscriber: rosa, list }), (use) =>
    giveReason(use, { reason: 'other', comment: 'Rosa moves away' })
  )
  await db.table('request_token_uses').insert({
    at: Date.now(),
    jti: link.jti,
    subject: rosa.publicId,
    scope: 'unsubscribe',
    outcome: 'used',
    method: 'POST',
    path: '/unsubscribe',
    ip: '192.0.2.77',
    user_agent: 'RosasPhone/7',
    status_code: 200,
  })
  return { list, mailing, rosa, link }
}

test.group('Showing | one person', (group) => {
  group.each.setup(() => emptyDatabase())

  test('has all that is kept of them [LAW-14]', async ({ assert }) => {
    const { list, mailing, rosa, link } = await rosaWithAPast()

    const shown = await describeSubscriber(' ROSA@example.org')

    assert.include(shown, { id: rosa.publicId, email: 'rosa@example.org', name: 'Rosa Lindqvist' })
    assert.deepEqual(shown.attributes, { Plot: 'Orchard Row 7' })
    assert.include(shown.subscriptions[0], {
      list: list.slug,
      status: 'unsubscribed',
      leftReason: 'other',
      leftComment: 'Rosa moves away',
      leftThrough: mailing.publicId,
    })
    assert.deepEqual(shown.subscriptions[0].topics, ['Roses'])
    assert.deepEqual(
      shown.consents.map(({ event, consentText }) => [event, consentText]),
      [
        ['left', null],
        ['joined', 'Signed at the fair'],
      ]
    )
    assert.include(shown.deliveries[0], { mailing: mailing.publicId, status: 'failed' })
    assert.include(shown.linkUses[0], { jti: link.jti, outcome: 'used', ip: '192.0.2.77' })
  })

  test('that is not known is said so', async ({ assert }) => {
    await assert.rejects(
      () => describeSubscriber('rosa@example.org'),
      'Nobody has the address "rosa@example.org". Check the spelling.'
    )
  })
})

test.group('Erasure | one person', (group) => {
  group.each.setup(() => emptyDatabase())

  test('leaves nothing of them but a hash that keeps them out [LAW-15, LAW-16]', async ({
    assert,
  }) => {
    const { list, rosa } = await rosaWithAPast()

    await eraseSubscriber('rosa@example.org')

    const dump = await everything()
    for (const trace of [
      'rosa@example',
      'Lindqvist',
      'Orchard',
      'moves away',
      '192.0.2.77',
      'RosasPhone',
    ])
      assert.notInclude(dump, trace)
    assert.isTrue(await isSuppressed('rosa@example.org'))
    assert.isEmpty(await Subscription.all())
    const report = await importCsv('email\nrosa@example.org\n', { list })
    assert.equal(report.suppressed, 1)
    const query = { subject: rosa.publicId, scope: 'view', data: { list: list.publicId } }
    assert.deepEqual(await loadLinkSubscribers([query], db.connection()), [null])
  })

  test('keeps the record of uses, without the person', async ({ assert }) => {
    await rosaWithAPast()

    await eraseSubscriber('rosa@example.org')

    const uses = await db.from('request_token_uses')
    assert.lengthOf(uses, 1)
    assert.include(uses[0], { outcome: 'used', subject: null, ip: null, user_agent: null })
  })

  test('by the link of the person goes the same way [LAW-15]', async ({ assert }) => {
    const { rosa } = await rosaWithAPast()

    await present(await issueLink('erase', { subscriber: rosa }), eraseSubscriber)

    assert.notInclude(await everything(), 'rosa@example')
    assert.isTrue(await isSuppressed('rosa@example.org'))
  })

  test('stops what is still to be sent', async ({ assert }) => {
    const { rosa, list } = await rosaWithAPast()
    const mailing = await makeMailing({ list })
    await Delivery.create({ mailingId: mailing.id, subscriberId: rosa.id, status: 'pending' })

    await eraseSubscriber('rosa@example.org')

    const delivery = await Delivery.findByOrFail('mailingId', mailing.id)
    assert.equal(delivery.status, 'skipped')
  })

  test('twice says that it was done', async ({ assert }) => {
    await rosaWithAPast()
    await eraseSubscriber('rosa@example.org')

    await assert.rejects(() => eraseSubscriber('rosa@example.org'), /was erased/)
  })

  test('knows every table that holds the number of a subscriber [LAW-14, LAW-15]', async ({
    assert,
  }) => {
    const holding: string[] = []
    for (const name of await db.connection().getAllTables(['public'])) {
      const table = name.replace(/^public\./, '')
      const columns = await db.connection().columnsInfo(table)
      if ('subscriber_id' in columns) holding.push(table)
    }

    assert.sameMembers(forgottenTables, holding)
  })
})

async function everything() {
  const tables = await db.connection().getAllTables(['public'])
  const dump = await Promise.all(
    tables.map((name) => db.from(name.replace(/^public\./, '')).select('*'))
  )
  return JSON.stringify(dump)
}
