import { test } from '@japa/runner'
import { makeList } from '#database/factories/main'
import Suppression from '#models/suppression'
import { isSuppressed } from '#subscribers/main'
import { emptyDatabase } from '#tests/database'
import { run } from '#tests/functional/commands/ace'
import { csvFile } from '#tests/functional/subscribers/csv'

test.group('suppressions', (group) => {
  group.each.setup(() => emptyDatabase())

  test('can be added, listed and removed', async ({ assert }) => {
    const list = await makeList()

    const added = await run('suppressions:add', 'Rosa@example.org', '--list=garden-news')
    const listed = await run('suppressions:list', '--json')
    const removed = await run(
      'suppressions:remove',
      'rosa@example.org',
      '--list=garden-news',
      '--reason=A slip of the pen'
    )

    assert.equal(added.out, 'Suppressed 1 address on "Garden News".')
    assert.include(listed.json()[0], { reason: 'manual', list: list.slug })
    assert.equal(removed.exitCode, 0)
    assert.isEmpty(await Suppression.all())
  })

  test("the person's own wish cannot be removed [BNC-7]", async ({ assert }) => {
    await run('suppressions:add', 'rosa@example.org', '--reason=complaint')

    const { exitCode, talk } = await run(
      'suppressions:remove',
      'rosa@example.org',
      '--reason=We miss her'
    )

    assert.equal(exitCode, 1)
    assert.match(talk, /Only the person can lift that/)
    assert.isTrue(await isSuppressed('rosa@example.org'))
  })

  test('come from a file, with the faults told by line', async ({ assert }) => {
    const file = await csvFile('email\nrosa@example.org\nnobody\n')

    const { out, talk } = await run('suppressions:import', file, '--reason=bounce')

    assert.equal(out, 'Suppressed 1 of 2 addresses; 1 rejected.')
    assert.match(talk, /^Line 3: "nobody" is not an e-mail address/)
  })

  test('an unknown reason, or address, ends with one sentence and exit 1', async ({ assert }) => {
    const whim = await run('suppressions:add', 'rosa@example.org', '--reason=whim')
    const nobody = await run('suppressions:add', 'nobody')

    assert.deepEqual([whim.exitCode, nobody.exitCode], [1, 1])
    assert.match(whim.talk, /There is no reason "whim"/)
    assert.match(nobody.talk, /it has no @/)
  })
})
