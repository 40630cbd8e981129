import { test } from '@japa/runner'
import { makeList, makeSubscriber } from '#database/factories/main'
import List from '#models/list'
import { emptyDatabase } from '#tests/database'
import { run } from '#tests/functional/commands/ace'

test.group('lists:create', (group) => {
  group.each.setup(() => emptyDatabase())

  test('makes a list with its topics, and prints its id and slug', async ({ assert }) => {
    const { exitCode, json } = await run(
      'lists:create',
      'Garden News',
      '--from=Garden News <news@example.org>',
      '--topic=Roses',
      '--topic=Garden tools',
      '--json'
    )

    assert.equal(exitCode, 0)
    const list = await List.query().preload('topics').firstOrFail()
    assert.deepEqual(json(), { id: list.publicId, slug: 'garden-news' })
    assert.deepEqual(
      [list.name, list.fromName, list.fromAddress, list.doubleOptIn],
      ['Garden News', 'Garden News', 'news@example.org', true]
    )
    assert.sameMembers(
      list.topics.map(({ slug }) => slug),
      ['roses', 'garden-tools']
    )
  })

  test('takes a slug and single opt-in', async ({ assert }) => {
    const { out } = await run('lists:create', 'Garden News', '--slug=garden', '--single-opt-in')

    assert.equal(out, 'Made the list "Garden News". Its slug is garden.')
    assert.isFalse((await List.firstOrFail()).doubleOptIn)
  })

  test('{title} is refused in one sentence')
    .with([
      {
        title: 'a slug that is taken',
        args: ['Garden News'],
        says: /There is a list "garden-news"/,
      },
      { title: 'a bad slug', args: ['A', '--slug=A b'], says: /"A b" cannot be a slug/ },
      { title: 'an empty name', args: [' '], says: /The name of a list/ },
      { title: 'a name of two lines', args: ['A\nB'], says: /The name of a list/ },
      { title: 'a name without letters', args: ['!!!'], says: /cannot be a slug/ },
      { title: 'a bad sender', args: ['A', '--from=nobody'], says: /"nobody" is not an e-mail/ },
      { title: 'a topic twice', args: ['A', '--topic=B', '--topic=b'], says: /Two topics/ },
    ])
    .run(async ({ assert }, { args, says }) => {
      await makeList({ slug: 'garden-news' })

      const { exitCode, out, talk } = await run('lists:create', ...args)

      assert.equal(exitCode, 1)
      assert.equal(out, '')
      assert.match(talk, says)
      assert.notMatch(talk, /\n/)
      assert.lengthOf(await List.all(), 1)
    })
})

test.group('lists:list', (group) => {
  group.each.setup(() => emptyDatabase())

  test('counts who is on each list', async ({ assert }) => {
    const list = await makeList({ topics: ['Tools', 'Roses'] })
    await makeSubscriber({ list })
    await makeSubscriber({ list })
    await makeSubscriber({ list, status: 'unsubscribed' })
    await makeList({ name: 'Harbour Post' })

    const { json } = await run('lists:list', '--json')
    const { out } = await run('lists:list')

    const [garden, harbour] = json()
    assert.deepEqual(garden, {
      id: list.publicId,
      slug: 'garden-news',
      name: 'Garden News',
      topics: ['Roses', 'Tools'],
      subscribed: 2,
      unsubscribed: 1,
    })
    assert.include(harbour, { slug: 'harbour-post', subscribed: 0 })
    assert.match(out, /^slug +name +topics +subscribed +unsubscribed\ngarden-news .+ 2 +1$/m)
  })

  test('with no list says how to make one', async ({ assert }) => {
    const { json, talk } = await run('lists:list', '--json')

    assert.deepEqual(json(), [])
    assert.match(talk, /lists:create/)
  })
})
