import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import { countUses, listUses } from '#request_tokens/main'
import { emptyDatabase } from '#tests/database'
import {
  crowd,
  dropPatients,
  effects,
  followed,
  lateFaults,
  link,
  makePatients,
  openClinic,
  visitsOf,
  visitsOfCrowd,
} from './clinic.js'

openClinic()

const post = (path: string, form: Record<string, string> = {}) =>
  fetch(new URL(path, process.env.APP_URL), { method: 'POST', body: new URLSearchParams(form) })

const queueLinks = (listOf = (_index: number) => 'letters') =>
  Promise.all(
    crowd.map((subject, index) => link({ scope: 'queue', subject, data: { list: listOf(index) } }))
  )

test.group('Request tokens | many at once', (group) => {
  group.each.setup(async () => {
    await emptyDatabase()
    await makePatients()
  })
  group.teardown(dropPatients)

  test('of 50 simultaneous POSTs of one token one is used [JWT-13, UNSUB-10, OPS-8]', async ({
    assert,
  }) => {
    const { path } = await link()

    const answers = await Promise.all(Array.from({ length: 50 }, () => post(path)))

    assert.lengthOf(
      answers.filter(({ status }) => status === 200),
      1
    )
    assert.lengthOf(
      answers.filter(({ status }) => status === 410),
      49
    )
    assert.equal(await visitsOf('amal'), 1)
    assert.sameDeepMembers(await countUses({}, ['outcome']), [
      { outcome: 'used', count: 1 },
      { outcome: 'replayed', count: 49 },
    ])
  })

  test('a token with two uses is used twice, never three times', async ({ assert }) => {
    const { path, jti } = await link({ scope: 'twice' })

    await Promise.all(Array.from({ length: 20 }, () => post(path)))

    assert.equal(await visitsOf('amal'), 2)
    assert.equal((await listUses({ outcome: 'used', jti })).length, 2)
  })

  test('a failing request takes none of its neighbours along [JWT-13]', async ({ assert }) => {
    const links = await Promise.all(Array.from({ length: 30 }, () => link()))

    const answers = await Promise.all(
      links.map(({ path }, index) => post(path, index % 3 === 0 ? { wish: 'bad sql' } : {}))
    )

    assert.deepEqual(
      answers.map(({ status }) => status),
      links.map((_link, index) => (index % 3 === 0 ? 500 : 200))
    )
    assert.equal(await visitsOf('amal'), 20)
    assert.equal((await listUses({ outcome: 'failed' })).length, 10)
    const spent = await db.from('request_tokens').where('uses', 1)
    assert.lengthOf(spent, 20)
  })

  test('the effect of many uses is done in one go, on SQLite', async ({ assert }) => {
    effects.length = 0
    const links = await queueLinks()

    const answers = await Promise.all(links.map(({ path }) => post(path)))

    assert.isTrue(answers.every(({ status }) => status === 200))
    assert.equal(await visitsOfCrowd(), 40)
    if (db.connection().dialect.name !== 'postgres') assert.isBelow(effects.length, 20)
  })

  test('where an answer fails, its effect is undone and those of the others stay [JWT-13]', async ({
    assert,
  }) => {
    const links = await queueLinks()

    const answers = await Promise.all(
      links.map(({ path }, index) => post(path, index % 4 === 0 ? { wish: 'throw' } : {}))
    )

    assert.equal(answers.filter(({ status }) => status === 500).length, 10)
    assert.equal(await visitsOfCrowd(), 30)
    assert.lengthOf(await db.from('request_tokens').where('uses', 1), 30)
    assert.equal((await listUses({ outcome: 'failed' })).length, 10)
  })

  test('where an effect cannot be done for all, it is done for each that it can [JWT-13]', async ({
    assert,
  }) => {
    const links = await queueLinks((index) => (index === 7 ? 'poison' : 'letters'))

    const answers = await Promise.all(links.map(({ path }) => post(path)))

    assert.deepEqual(
      answers.map(({ status }) => status),
      links.map((_link, index) => (index === 7 ? 500 : 200))
    )
    assert.equal(await visitsOfCrowd(), 39)
    assert.equal((await listUses({ outcome: 'failed' })).length, 1)
  })

  test('one whose state cannot be read fails alone', async ({ assert }) => {
    const links = await Promise.all(
      crowd.map((subject, index) =>
        link({ scope: 'call_off', subject, data: { list: index === 3 ? 'unreadable' : 'letters' } })
      )
    )

    const answers = await Promise.all(links.map(({ path }) => post(path)))

    assert.deepEqual(
      answers.map(({ status }) => status),
      links.map((_link, index) => (index === 3 ? 500 : 200))
    )
  })

  test('a replay that fails leaves nothing behind and hurts no neighbour', async ({ assert }) => {
    const links = await Promise.all(crowd.map((subject) => link({ scope: 'call_off', subject })))
    await Promise.all(links.map(({ path }) => post(path)))
    await db.from('request_token_uses').delete()

    const answers = await Promise.all(
      links.map(({ path }, index) => post(path, index === 5 ? { wish: 'break replay' } : {}))
    )

    assert.deepEqual(
      answers.map(({ status }) => status),
      links.map((_link, index) => (index === 5 ? 500 : 200))
    )
    assert.equal(await visitsOfCrowd(), 0)
  })

  test('what follows a use runs after its commit, and never for one that failed', async ({
    assert,
  }) => {
    followed.length = 0
    const good = await link()
    const bad = await link()

    await post(good.path, { wish: 'follow' })
    await post(bad.path, { wish: 'follow and fail' })

    assert.deepEqual(followed, ['used'])
  })

  test('a use that is over writes nothing any more', async ({ assert }) => {
    lateFaults.length = 0
    const { path } = await link()

    await post(path, { wish: 'late' })
    await new Promise((resolve) => setTimeout(resolve, 100))

    assert.match(String(lateFaults[0]), /This use is over/)
  })

  test('a failed token works the next time', async ({ assert }) => {
    const { path } = await link()

    const first = await post(path, { wish: 'throw' })
    const second = await post(path)

    assert.equal(first.status, 500)
    assert.equal(second.status, 200)
    assert.equal(await visitsOf('amal'), 1)
  })

  test('requests on one connection never swap or keep their subject [JWT-19]', async ({
    assert,
    client,
  }) => {
    const amal = await link()
    const bo = await link({ subject: 'bo' })
    const paths = Array.from(
      { length: 300 },
      (_value, index) => [amal.path, bo.path, '/clinic/door'][index % 3]
    )

    const answers = await Promise.all(paths.map((path) => client.get(path)))

    answers.forEach((answer, index) => {
      const expected = ['Dear Amal', 'Dear Bo', '"patient":null'][index % 3]
      assert.include(answer.text(), expected)
      assert.notExists(answer.header('set-cookie'))
    })
  })

  test('the subject is the user of auth for this request only', async ({ client }) => {
    const { path } = await link({ target: '/clinic/who' })

    const known = await client.get(path)
    const stranger = await client.get('/clinic/who')

    known.assertBody({ user: 'Amal' })
    stranger.assertBody({ user: null })
  })
})
