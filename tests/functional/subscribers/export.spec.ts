import { test } from '@japa/runner'
import { makeList, makeSubscriber } from '#database/factories/main'
import Subscriber from '#models/subscriber'
import { exportSubscribers, suppress } from '#subscribers/main'
import type List from '#models/list'
import { emptyDatabase } from '#tests/database'
import { importCsv } from '#tests/functional/subscribers/csv'

const hostile = [
  '=1+1',
  '+49 170',
  '-1',
  '@SUM(A1)',
  '\t=1',
  "'=1",
  "''=1",
  'a "b", c',
  'two\nlines',
]

test.group('Export | who is in it', (group) => {
  group.each.setup(() => emptyDatabase())

  test('only those who get mail [LAW-8]', async ({ assert }) => {
    const list = await makeList()
    const other = await makeList({ name: 'Harbour Post' })
    await makeSubscriber({ list, email: 'rosa@example.org' })
    await makeSubscriber({ list, email: 'left@example.org', status: 'unsubscribed' })
    await makeSubscriber({ list, email: 'asked@example.org', status: 'pending' })
    await makeSubscriber({ list: other, email: 'other@example.org' })
    await makeSubscriber({ list, email: 'bounced@example.org' })
    await makeSubscriber({ list, email: 'complained@example.org' })
    await suppress('bounced@example.org', { reason: 'bounce' })
    await suppress('complained@example.org', { reason: 'complaint', scope: list.publicId })

    const exported = await text(list, 'jsonl')

    assert.deepEqual(
      exported
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).email),
      ['rosa@example.org']
    )
  })

  test('more people than fit in one page are all in it, once', async ({ assert }) => {
    const list = await makeList()
    const rows = Array.from({ length: 4100 }, (_, i) => `p${i}@example.org\n`)
    await importCsv(`email\n${rows.join('')}`, { list })

    const lines = (await text(list, 'csv')).trimEnd().split('\r\n')

    assert.lengthOf(lines, 4101)
    assert.equal(new Set(lines).size, 4101)
  })
})

test.group('Export | the formats', (group) => {
  group.each.setup(() => emptyDatabase())

  test('CSV follows RFC 4180, with formulas disarmed [WEB-10]', async ({ assert }) => {
    const list = await makeList({ topics: ['Roses', 'Tools'] })
    const rosa = await makeSubscriber({
      list,
      email: '+rosa@example.org',
      name: '=cmd()',
      language: 'sv',
      topics: ['Roses', 'Tools'],
      attributes: { Note: 'a "b", c' },
    })
    const { joinedAt } = await rosa.related('subscriptions').query().firstOrFail()

    assert.equal(
      await text(list, 'csv'),
      'email,name,language,topics,joined_at,Note\r\n' +
        `'+rosa@example.org,'=cmd(),sv,roses; tools,${joinedAt!.toJSDate().toISOString()},"a ""b"", c"\r\n`
    )
  })

  test('JSON lines hold values as they are', async ({ assert }) => {
    const list = await makeList()
    await makeSubscriber({ list, name: '=cmd()', attributes: { Note: "'=1" } })

    const person = JSON.parse(await text(list, 'jsonl'))

    assert.equal(person.name, '=cmd()')
    assert.deepEqual(person.attributes, { Note: "'=1" })
  })

  test('an import undoes what the export disarmed [WEB-10]', async ({ assert }) => {
    const list = await makeList({ topics: ['Roses'] })
    const attributes = Object.fromEntries(hostile.map((value, i) => [`Note ${i}`, value]))
    await makeSubscriber({
      list,
      email: '=rosa@example.org',
      name: '=cmd()',
      language: 'sv',
      topics: ['Roses'],
      attributes: { ...attributes, '=Column': '@x' },
    })
    const before = await people()
    const exported = await text(list, 'csv')
    assert.match(exported, /'=rosa@example.org,'=cmd\(\)/)
    await emptyDatabase()
    const again = await makeList({ topics: ['Roses'] })

    await importCsv(exported, { list: again })

    assert.deepEqual(await people(), before)
  })

  test('an import of an export changes nothing', async ({ assert }) => {
    const list = await makeList({ topics: ['Roses'] })
    await makeSubscriber({ list, topics: ['Roses'], attributes: { Plot: '=7' } })

    const report = await importCsv(await text(list, 'csv'), { list })

    assert.include(report, { rows: 1, unchanged: 1 })
  })
})

async function text(list: List, format: 'csv' | 'jsonl') {
  let all = ''
  for await (const piece of exportSubscribers(list, format)) all += piece
  return all
}

async function people() {
  const found = await Subscriber.query().preload('subscriptions', (all) => all.preload('topics'))
  return found.map(({ email, name, language, attributes, subscriptions }) => ({
    email,
    name,
    language,
    attributes,
    topics: subscriptions.flatMap((one) => one.topics.map((topic) => topic.name)),
  }))
}
