import { readFile } from 'node:fs/promises'
import { test } from '@japa/runner'
import { makeList, makeSubscriber } from '#database/factories/main'
import StaffAction from '#models/staff_action'
import Subscriber from '#models/subscriber'
import Subscription from '#models/subscription'
import { emptyDatabase } from '#tests/database'
import { run } from '#tests/functional/commands/ace'
import { csvFile } from '#tests/functional/subscribers/csv'

test.group('subscribers:import', (group) => {
  group.each.setup(() => emptyDatabase())

  test('prints its counts as one document', async ({ assert }) => {
    await makeList()
    const file = await csvFile('Kontakt,name\nrosa@example.org,Rosa\nnobody,\n')

    const { exitCode, json } = await run(
      'subscribers:import',
      file,
      '--list=garden-news',
      '--map=email=Kontakt',
      '--json'
    )

    assert.equal(exitCode, 0)
    const { id, ...counts } = json()
    assert.isString(id)
    assert.deepEqual(counts, {
      rows: 2,
      created: 1,
      updated: 0,
      unchanged: 0,
      keptUnsubscribed: 0,
      suppressed: 0,
      rejected: 1,
    })
  })

  test('says in one sentence what it did, and where the rest is', async ({ assert }) => {
    const list = await makeList()
    await makeSubscriber({ list, email: 'jun@example.org', status: 'unsubscribed' })
    const file = await csvFile('email\nrosa@example.org\nnobody\njun@example.org\n')
    const rejects = await csvFile('')

    const { out } = await run(
      'subscribers:import',
      file,
      '--list=garden-news',
      `--rejects=${rejects}`
    )

    assert.equal(
      out,
      `Imported 1 of 3 rows: 1 new, 0 updated, 0 unchanged, 1 kept unsubscribed, 0 suppressed, 1 rejected, see ${rejects}.`
    )
    assert.lengthOf((await readFile(rejects, 'utf8')).trimEnd().split('\n'), 3)
  })

  test('with --dry-run only says what it would do', async ({ assert }) => {
    await makeList()
    const file = await csvFile('email\nrosa@example.org\n')

    const { out } = await run('subscribers:import', file, '--list=garden-news', '--dry-run')

    assert.match(out, /^Would import 1 of 1 rows: 1 new/)
    assert.isEmpty(await Subscriber.all())
  })

  test('puts back who left by --resubscribe with --consent [LAW-9]', async ({ assert }) => {
    const list = await makeList()
    await makeSubscriber({ list, email: 'rosa@example.org', status: 'unsubscribed' })
    const file = await csvFile('email\nrosa@example.org\n')
    const args = [file, '--list=garden-news', '--resubscribe']

    const refused = await run('subscribers:import', ...args)
    const done = await run('subscribers:import', ...args, '--consent=Asked on the phone')

    assert.equal(refused.exitCode, 1)
    assert.match(refused.talk, /--consent TEXT/)
    assert.equal(done.exitCode, 0)
    assert.lengthOf(await Subscription.query().where('status', 'subscribed'), 1)
  })

  test('{title} ends with one sentence and exit 1')
    .with([
      {
        title: 'an unknown list',
        args: ['--list=nope'],
        says: /no list "nope". There is: garden-news/,
      },
      {
        title: 'a --map without =',
        args: ['--list=garden-news', '--map=email'],
        says: /--map field=Column/,
      },
      {
        title: 'an unknown column',
        args: ['--list=garden-news', '--map=email=Kontakt'],
        says: /There is no column "Kontakt"/,
      },
    ])
    .run(async ({ assert }, { args, says }) => {
      await makeList()
      const file = await csvFile('email\nrosa@example.org\n')

      const { exitCode, out, talk } = await run('subscribers:import', file, ...args)

      assert.equal(exitCode, 1)
      assert.equal(out, '')
      assert.match(talk, says)
      assert.notMatch(talk, /\n/)
      assert.isEmpty(await Subscriber.all())
    })

  test('a missing file ends with one sentence and exit 1', async ({ assert }) => {
    await makeList()

    const { exitCode, talk } = await run('subscribers:import', 'none.csv', '--list=garden-news')

    assert.equal(exitCode, 1)
    assert.equal(talk, 'There is no file "none.csv". Check the path.')
  })
})

test.group('subscribers:export', (group) => {
  group.each.setup(() => emptyDatabase())

  test('prints who gets mail, and records that it did [LAW-8]', async ({ assert }) => {
    const list = await makeList()
    await makeSubscriber({ list, email: 'rosa@example.org', name: 'Rosa' })
    await makeSubscriber({ list, email: 'jun@example.org', status: 'unsubscribed' })

    const csv = await run('subscribers:export', '--list=garden-news')
    const jsonl = await run('subscribers:export', '--list=garden-news', '--format=jsonl')

    assert.match(csv.out, /^email,name,language,topics,joined_at\r\nrosa@example\.org,Rosa,,,/)
    assert.notInclude(csv.out, 'jun@')
    assert.equal(JSON.parse(jsonl.out).email, 'rosa@example.org')
    const actions = await StaffAction.all()
    assert.deepEqual(
      actions.map(({ action, object }) => [action, object]),
      [
        ['subscribers.export', list.publicId],
        ['subscribers.export', list.publicId],
      ]
    )
  })

  test('prints one document with --json, also of nobody', async ({ assert }) => {
    const list = await makeList()
    const nobody = await run('subscribers:export', '--list=garden-news', '--json')
    for (const name of ['rosa', 'jun']) await makeSubscriber({ list, email: `${name}@example.org` })

    const { out } = await run('subscribers:export', '--list=garden-news', '--json')

    assert.deepEqual(JSON.parse(nobody.out), [])
    assert.sameMembers(
      JSON.parse(out).map(({ email }: { email: string }) => email),
      ['rosa@example.org', 'jun@example.org']
    )
  })

  test('knows its formats', async ({ assert }) => {
    await makeList()

    const { exitCode, talk } = await run(
      'subscribers:export',
      '--list=garden-news',
      '--format=xlsx'
    )

    assert.equal(exitCode, 1)
    assert.equal(talk, 'There is no format "xlsx". Use --format csv or jsonl.')
  })
})

test.group('subscribers:show and :erase', (group) => {
  group.each.setup(() => emptyDatabase())

  test('show prints all of one person', async ({ assert }) => {
    const list = await makeList({ topics: ['Roses'] })
    const rosa = await makeSubscriber({
      list,
      email: 'rosa@example.org',
      name: 'Rosa',
      topics: ['Roses'],
    })

    const { out } = await run('subscribers:show', 'Rosa@example.org')
    const { json } = await run('subscribers:show', 'rosa@example.org', '--json')

    assert.match(out, /^rosa@example\.org {2}Rosa\n/)
    assert.match(out, /Subscriptions\n {2}garden-news {2}subscribed {2}Roses {2}20/)
    assert.include(json(), { id: rosa.publicId, email: 'rosa@example.org' })
  })

  test('erase removes the person, and records it [LAW-15]', async ({ assert }) => {
    const rosa = await makeSubscriber({ list: await makeList(), email: 'rosa@example.org' })

    const { exitCode, json } = await run('subscribers:erase', 'rosa@example.org', '--json')

    assert.equal(exitCode, 0)
    assert.deepEqual(json(), { id: rosa.publicId, erased: true })
    await rosa.refresh()
    assert.isNull(rosa.email)
    const { action, object } = await StaffAction.firstOrFail()
    assert.deepEqual([action, object], ['subscriber.erase', rosa.publicId])
    const again = await run('subscribers:show', 'rosa@example.org')
    assert.match(again.talk, /was erased/)
  })

  test('an unknown address ends with one sentence and exit 1', async ({ assert }) => {
    for (const command of ['subscribers:show', 'subscribers:erase']) {
      const { exitCode, out, talk } = await run(command, 'rosa@example.org')

      assert.equal(exitCode, 1)
      assert.equal(out, '')
      assert.equal(talk, 'Nobody has the address "rosa@example.org". Check the spelling.')
    }
  })
})
