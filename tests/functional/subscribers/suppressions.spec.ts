import { createHash } from 'node:crypto'
import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import { makeList, makeSubscriber } from '#database/factories/main'
import StaffAction from '#models/staff_action'
import Suppression from '#models/suppression'
import Subscription from '#models/subscription'
import {
  addressHash,
  importSuppressions,
  isSuppressed,
  joinList,
  liftSuppression,
  suppress,
} from '#subscribers/main'
import { emptyDatabase } from '#tests/database'
import { csvFile } from '#tests/functional/subscribers/csv'

test.group('Suppression | an address', (group) => {
  group.each.setup(() => emptyDatabase())

  test('gets no mail, however it is written, and is not kept itself [LAW-16, BNC-7]', async ({
    assert,
  }) => {
    await suppress('Rosa@EXAMPLE.org')

    assert.isTrue(await isSuppressed('rosa@example.org'))
    const row = await Suppression.firstOrFail()
    assert.equal(row.addressHash, addressHash('rosa@example.org'))
    const bare = createHash('sha256').update('rosa@example.org').digest('hex')
    assert.notEqual(row.addressHash, bare)
    assert.notInclude(JSON.stringify(row.serialize()), 'rosa')
  })

  test('of one list gets mail of others', async ({ assert }) => {
    const list = await makeList()
    await suppress('rosa@example.org', { scope: list.publicId })

    assert.isFalse(await isSuppressed('rosa@example.org'))
    assert.isTrue(await isSuppressed('rosa@example.org', list.publicId))
    assert.isFalse(await isSuppressed('rosa@example.org', 'another'))
  })

  test('keeps the stronger reason: {first}, then {second}, is {kept}')
    .with([
      { first: 'bounce', second: 'complaint', kept: 'complaint' },
      { first: 'complaint', second: 'bounce', kept: 'complaint' },
      { first: 'erased', second: 'manual', kept: 'erased' },
      { first: 'objection', second: 'erased', kept: 'erased' },
    ] as const)
    .run(async ({ assert }, { first, second, kept }) => {
      await suppress('rosa@example.org', { reason: first })
      await suppress('rosa@example.org', { reason: second })

      const [row, ...others] = await Suppression.all()
      assert.isEmpty(others)
      assert.equal(row.reason, kept)
    })

  test('cannot have a reason that does not exist', async ({ assert }) => {
    await assert.rejects(
      () => suppress('rosa@example.org', { reason: 'whim' as 'manual' }),
      'There is no reason "whim". Use one of: manual, bounce, objection, complaint, erased.'
    )
  })
})

test.group('Suppression | lifting', (group) => {
  group.each.setup(() => emptyDatabase())

  test('a bounce can be lifted by staff, with a reason that is recorded [BNC-7]', async ({
    assert,
  }) => {
    await suppress('rosa@example.org', { reason: 'bounce' })

    await liftSuppression('rosa@example.org', { because: 'Her mailbox was full' })

    assert.isEmpty(await Suppression.all())
    const action = await StaffAction.firstOrFail()
    assert.equal(action.action, 'suppression.lift')
    assert.include(action.details, { reason: 'bounce', because: 'Her mailbox was full' })
    assert.notInclude(JSON.stringify(action.serialize()), 'rosa')
  })

  test('{reason} cannot be lifted by staff [BNC-7, LAW-9]')
    .with([{ reason: 'objection' }, { reason: 'complaint' }, { reason: 'erased' }] as const)
    .run(async ({ assert }, { reason }) => {
      await suppress('rosa@example.org', { reason })

      await assert.rejects(
        () => liftSuppression('rosa@example.org', { because: 'We miss her' }),
        /only the person can lift that/i
      )

      assert.lengthOf(await Suppression.all(), 1)
    })

  test('needs a reason in words', async ({ assert }) => {
    await suppress('rosa@example.org', { reason: 'bounce' })

    await assert.rejects(
      () => liftSuppression('rosa@example.org', { because: ' ' }),
      'Say in words why it is lifted: --reason TEXT.'
    )
  })
})

test.group('Suppression | joining', (group) => {
  group.each.setup(() => emptyDatabase())

  test('{source}: is refused for a suppressed address [BNC-7]')
    .with([
      { source: 'staff' },
      { source: 'command' },
      { source: 'signup' },
      { source: 'import' },
    ] as const)
    .run(async ({ assert }, { source }) => {
      const list = await makeList()
      const rosa = await makeSubscriber({ email: 'rosa@example.org' })
      await suppress('rosa@example.org', { reason: 'complaint' })

      await assert.rejects(
        () => joinList(rosa, list, { source, consentText: 'She said so' }, db.connection()),
        /gets no mail \(complaint\)/
      )

      assert.isEmpty(await Subscription.all())
    })

  test('by a link that reached the address, lifts it [LAW-9]', async ({ assert }) => {
    const list = await makeList()
    const rosa = await makeSubscriber({ email: 'rosa@example.org' })
    await suppress('rosa@example.org', { reason: 'objection' })

    await joinList(rosa, list, { source: 'link', sourceRef: 'jti' }, db.connection())

    assert.isFalse(await isSuppressed('rosa@example.org'))
    assert.lengthOf(await Subscription.query().where('status', 'subscribed'), 1)
  })
})

test.group('Suppression | import', (group) => {
  group.each.setup(() => emptyDatabase())

  test('takes the addresses of a file, with their reasons', async ({ assert }) => {
    const file = await csvFile(
      'Address,Reason\nrosa@example.org,complaint\njun@example.org,\nnobody,\nsami@example.org,whim\n'
    )

    const report = await importSuppressions(file, { reason: 'bounce' })

    assert.include(report, { rows: 4, suppressed: 2, rejected: 2 })
    assert.deepEqual(
      report.faults.map(({ line }) => line),
      [4, 5]
    )
    const found = await Suppression.query().orderBy('id')
    assert.deepEqual(
      found.map(({ reason }) => reason),
      ['complaint', 'bounce']
    )
  })
})
