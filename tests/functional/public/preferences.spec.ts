import { test } from '@japa/runner'
import { DateTime } from 'luxon'
import type List from '#models/list'
import Subscriber from '#models/subscriber'
import Subscription from '#models/subscription'
import { listUses } from '#request_tokens/main'
import { makeList, makeSubscriber, makeSubscription } from '#database/factories/main'
import { emptyDatabase } from '#tests/database'
import { formOn, makeLink, statusOf, submit, visit } from '#tests/functional/public/visitor'

let list: List
let rosa: Subscriber

async function start() {
  await emptyDatabase()
  list = await makeList({ name: 'Garden News', topics: ['Events', 'Recipes'] })
  rosa = await makeSubscriber({ email: 'rosa@example.org', name: 'Rosa', list, topics: ['Events'] })
}

const topicId = (name: string) => list.topics.find((topic) => topic.name === name)!.publicId

/** The whole form as a browser sends it when nothing is touched. */
async function untouched(token: string): Promise<[string, string][]> {
  const page = await (await visit(`/preferences?rt=${token}`)).text()
  return [
    ...Object.entries(formOn(page, '/preferences')),
    ['topics', topicId('Events')],
    ['pause', '0'],
    ['weekly_limit', ''],
    ['language', ''],
    ['name', 'Rosa'],
  ]
}

const changed = (form: [string, string][], changes: Record<string, string | string[]>) => [
  ...form.filter(([name]) => !(name in changes)),
  ...Object.entries(changes).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, value])
  ),
]

async function chosenTopics() {
  const subscription = await Subscription.query().preload('topics').firstOrFail()
  return subscription.topics.map(({ name }) => name).sort()
}

test.group('Preferences | looking', (group) => {
  group.each.setup(start)

  test('shows what is chosen, and the address masked [URL-16]', async ({ assert }) => {
    const { url, jti } = await makeLink('preferences', rosa, list)

    const response = await visit(url)
    const page = await response.text()

    assert.equal(response.status, 200)
    assert.include(page, 'r•••@example.org')
    assert.notInclude(page, 'rosa@example.org')
    assert.match(page, new RegExp(`value="${topicId('Events')}" checked`))
    assert.notMatch(page, new RegExp(`value="${topicId('Recipes')}" checked`))
    const until = DateTime.utc().plus({ days: 30 }).toFormat('d LLLL yyyy')
    assert.include(page, `30 days, until ${until}`)
    const [use] = await listUses({ jti })
    assert.equal(use.outcome, 'viewed')
  })

  test('a running pause is shown, and kept when nothing is touched', async ({ assert }) => {
    const pausedUntil = DateTime.utc().plus({ days: 12 })
    await rosa.merge({ pausedUntil }).save()
    const { token } = await makeLink('preferences', rosa, list)
    const page = await (await visit(`/preferences?rt=${token}`)).text()
    assert.match(page, /value="keep" checked>\s*<span>\s*Paused until/)

    await submit('/preferences', changed(await untouched(token), { pause: 'keep' }))

    const { pausedUntil: after } = await Subscriber.findOrFail(rosa.id)
    assert.equal(after?.toMillis(), pausedUntil.toMillis())
  })
})

test.group('Preferences | saving', (group) => {
  group.each.setup(start)

  test('saves everything at once and says what changed [A11Y-6]', async ({ assert }) => {
    const { token } = await makeLink('preferences', rosa, list)
    const form = changed(await untouched(token), {
      topics: topicId('Recipes'),
      pause: '60',
      weekly_limit: '2',
      language: 'de',
      name: 'Rosa Lindqvist',
    })

    const response = await submit('/preferences', form)
    const page = await response.text()

    assert.equal(response.status, 200)
    const until = DateTime.utc().plus({ days: 60 })
    for (const sentence of [
      'You get Recipes.',
      'You no longer get Events.',
      `You get no mail until ${until.toFormat('d LLLL yyyy')}.`,
      'You get at most 2 mails a week.',
      'Your language is German.',
      'Your name is Rosa Lindqvist.',
    ])
      assert.include(page, sentence)
    assert.include(page, 'role="status"')
    assert.deepEqual(await chosenTopics(), ['Recipes'])
    const after = await Subscriber.findOrFail(rosa.id)
    assert.closeTo(after.pausedUntil!.toMillis(), until.toMillis(), 60_000)
    assert.deepInclude(after.serialize(), {
      weeklyLimit: 2,
      language: 'de',
      name: 'Rosa Lindqvist',
    })
    assert.match(page, /value="de" lang="de" selected/)
    assert.match(page, /name="name"[^>]*value="Rosa Lindqvist"/)
  })

  test('says so when nothing changed', async ({ assert }) => {
    const { token } = await makeLink('preferences', rosa, list)

    const page = await (await submit('/preferences', await untouched(token))).text()

    assert.include(page, 'Nothing to save')
    assert.deepEqual(await chosenTopics(), ['Events'])
  })

  test('no topic ticked means no topic; two ticked means two', async ({ assert }) => {
    const { token } = await makeLink('preferences', rosa, list)
    const form = await untouched(token)

    await submit('/preferences', changed(form, { topics: [] }))
    assert.deepEqual(await chosenTopics(), [])
    await submit('/preferences', changed(form, { topics: [topicId('Events'), topicId('Recipes')] }))
    assert.deepEqual(await chosenTopics(), ['Events', 'Recipes'])
  })

  test('works ten times, then offers a fresh link', async ({ assert }) => {
    const { token } = await makeLink('preferences', rosa, list)
    const form = await untouched(token)

    const statuses = []
    for (let i = 0; i < 10; i++)
      statuses.push((await submit('/preferences', changed(form, { name: `Rosa ${i}` }))).status)
    const last = await submit('/preferences', form)

    assert.deepEqual([...new Set(statuses)], [200])
    assert.equal(last.status, 410)
    assert.include(await last.text(), 'Send me a fresh link')
    assert.equal((await Subscriber.findOrFail(rosa.id)).name, 'Rosa 9')
  })

  test('a topic of another list changes nothing at all', async ({ assert }) => {
    const other = await makeList({ name: 'Tool Notes', topics: ['Saws'] })
    const { token } = await makeLink('preferences', rosa, list)

    const response = await submit(
      '/preferences',
      changed(await untouched(token), { topics: other.topics[0].publicId, name: 'Somebody' })
    )

    assert.equal(response.status, 422)
    assert.include(await response.text(), 'Nothing is saved yet')
    assert.equal((await Subscriber.findOrFail(rosa.id)).name, 'Rosa')
    assert.deepEqual(await chosenTopics(), ['Events'])
  })

  test('{field}={value} is refused and nothing is saved')
    .with([
      { field: 'pause', value: '31' },
      { field: 'weekly_limit', value: '-1' },
      { field: 'weekly_limit', value: '999' },
      { field: 'language', value: 'x'.repeat(60) },
      { field: 'language', value: '../en' },
      { field: 'leave', value: 'others' },
    ])
    .run(async ({ assert }, { field, value }) => {
      const { token } = await makeLink('preferences', rosa, list)

      const form = changed(await untouched(token), { [field]: value, name: 'Somebody' })
      const response = await submit('/preferences', form)

      assert.equal(response.status, 422)
      assert.equal((await Subscriber.findOrFail(rosa.id)).name, 'Rosa')
      assert.equal(await statusOf(rosa, list), 'subscribed')
    })

  test('the name may be {value} and is shown as it is')
    .with([
      { value: '<script>alert(1)</script>', kept: '<script>alert(1)</script>' },
      { value: '{{ process.env.APP_KEY }}', kept: '{{ process.env.APP_KEY }}' },
      { value: '"><script>x</script>', kept: '"><script>x</script>' },
      { value: '=HYPERLINK("x")', kept: '=HYPERLINK("x")' },
      { value: 'Ro\u202Esa 🌱', kept: 'Ro\u202Esa 🌱' },
      { value: 'Rosa\u0000\r\nBcc: x', kept: 'Rosa Bcc: x' },
      { value: 'x'.repeat(5000), kept: 'x'.repeat(200) },
    ])
    .run(async ({ assert }, { value, kept }) => {
      const { token } = await makeLink('preferences', rosa, list)

      const response = await submit(
        '/preferences',
        changed(await untouched(token), { name: value })
      )
      const page = await response.text()

      assert.equal(response.status, 200)
      assert.equal((await Subscriber.findOrFail(rosa.id)).name, kept)
      assert.notInclude(page, '<script')
    })

  test('status, consent, role and ids cannot be set by adding fields', async ({ assert }) => {
    const { token } = await makeLink('preferences', rosa, list)
    const before = (await Subscriber.findOrFail(rosa.id)).serialize()

    const form = changed(await untouched(token), {
      email: 'other@example.org',
      public_id: 'x',
      status: 'unsubscribed',
      id: '1',
    })
    await submit('/preferences', form)

    assert.deepEqual((await Subscriber.findOrFail(rosa.id)).serialize(), before)
    assert.equal(await statusOf(rosa, list), 'subscribed')
  })
})

test.group('Preferences | leaving and coming back', (group) => {
  group.each.setup(start)

  test('leaves the list, with undo', async ({ assert }) => {
    const { token } = await makeLink('preferences', rosa, list)

    const page = await (
      await submit('/preferences', changed(await untouched(token), { leave: 'list' }))
    ).text()

    assert.include(page, 'You have left Garden News')
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
    await submit('/unsubscribe/undo', formOn(page, '/unsubscribe/undo'))
    assert.equal(await statusOf(rosa, list), 'subscribed')
  })

  test('leaves every list at once', async ({ assert }) => {
    const other = await makeList({ name: 'Tool Notes' })
    await makeSubscription(rosa, other)
    const { token } = await makeLink('preferences', rosa, list)

    await submit('/preferences', changed(await untouched(token), { leave: 'everything' }))

    assert.equal(await statusOf(rosa, list), 'unsubscribed')
    assert.equal(await statusOf(rosa, other), 'unsubscribed')
  })

  test('who has left comes back with fewer mails, by pressing a button that says so', async ({
    assert,
  }) => {
    const leaveLink = await makeLink('unsubscribe', rosa, list)
    const left = await (await submit(leaveLink.url, { rt: leaveLink.token })).text()
    const { rt } = formOn(left, '/preferences')
    const page = await (await visit(`/preferences?rt=${rt}`)).text()
    assert.include(page, 'Join again with these choices')

    const form = changed(await untouched(rt), { join: 'yes', weekly_limit: '1' })
    const saved = await (await submit('/preferences', form)).text()

    assert.include(saved, 'You get Garden News again.')
    assert.include(saved, 'You get at most 1 mail a week.')
    assert.equal(await statusOf(rosa, list), 'subscribed')
    const again = await submit(leaveLink.url, { rt: leaveLink.token })
    assert.equal(again.status, 200)
    assert.equal(await statusOf(rosa, list), 'unsubscribed')
  })
})
