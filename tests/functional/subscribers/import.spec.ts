import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import { makeList, makeSubscriber } from '#database/factories/main'
import ConsentEvent from '#models/consent_event'
import Import from '#models/import'
import Subscriber from '#models/subscriber'
import Subscription from '#models/subscription'
import { eraseSubscriber, importSubscribers, suppress } from '#subscribers/main'
import { emptyDatabase } from '#tests/database'
import { csvFile, importCsv, NO_COUNTS } from '#tests/functional/subscribers/csv'
import { issueLink, present, usesOf } from '#tests/functional/subscribers/grant'

const people = 'email,name\nrosa@example.org,Rosa\nTomas@Example.org,Tomás\n'

test.group('Import | the people of a file', (group) => {
  group.each.setup(() => emptyDatabase())

  test('are on the list, each with the proof of where they came from [LAW-10]', async ({
    assert,
  }) => {
    const list = await makeList()

    const report = await importCsv(people, { list, consent: 'Signed the card at the fair' })

    assert.deepEqual(report, { ...NO_COUNTS, id: report.id, rows: 2, created: 2 })
    const [rosa, tomas] = await Subscriber.query().orderBy('emailKey')
    assert.deepEqual(
      [rosa.email, rosa.name, tomas.email, tomas.emailKey],
      ['rosa@example.org', 'Rosa', 'Tomas@Example.org', 'tomas@example.org']
    )
    assert.lengthOf(await Subscription.query().where('status', 'subscribed'), 2)
    const events = await ConsentEvent.all()
    assert.lengthOf(events, 2)
    assert.include(
      {
        event: events[0].event,
        source: events[0].source,
        ref: events[0].sourceRef,
        text: events[0].consentText,
      },
      {
        event: 'joined',
        source: 'import',
        ref: report.id,
        text: 'Signed the card at the fair',
      }
    )
  })

  test('are told from their columns, whatever the case and the order', async ({ assert }) => {
    const list = await makeList({ topics: ['Roses', 'Tools'] })

    await importCsv(
      'City,Last Name,first_name,E-Mail Address,LANG,Topics\nUlm,Vogel,Greta,greta@example.org,de_AT,"roses; Tools"\n',
      { list }
    )

    const greta = await Subscriber.query()
      .preload('subscriptions', (all) => all.preload('topics'))
      .firstOrFail()
    assert.equal(greta.name, 'Greta Vogel')
    assert.equal(greta.language, 'de-AT')
    assert.deepEqual(greta.attributes, { City: 'Ulm', last_name: 'Vogel', first_name: 'Greta' })
    assert.sameMembers(
      greta.subscriptions[0].topics.map((topic) => topic.name),
      ['Roses', 'Tools']
    )
  })

  test('are told by --map where the names do not say it', async ({ assert }) => {
    const list = await makeList()

    await importCsv('Kontakt,Wer\ngreta@example.org,Greta\n', {
      list,
      map: { email: 'Kontakt', name: 'wer' },
    })

    const greta = await Subscriber.firstOrFail()
    assert.equal(greta.name, 'Greta')
    assert.deepEqual(greta.attributes, {})
  })

  test('the same file twice changes nothing', async ({ assert }) => {
    const list = await makeList()
    const file = await csvFile('email,name,City\nrosa@example.org,Rosa,Ulm\njun@example.org,,\n')
    await importSubscribers(file, { list })
    const before = await everything()

    const report = await importSubscribers(file, { list })

    assert.deepEqual(report, { ...NO_COUNTS, id: report.id, rows: 2, unchanged: 2 })
    assert.deepEqual(await everything(), before)
  })

  test('who is known gets what is new, and keeps the rest', async ({ assert }) => {
    const list = await makeList()
    await makeSubscriber({
      list,
      email: 'rosa@example.org',
      name: 'Rosa',
      language: 'sv',
      attributes: { City: 'Ulm', Plot: '7' },
    })

    const report = await importCsv('email,name,language,City\nROSA@example.org,,de,Bonn\n', {
      list,
    })

    assert.deepEqual(report, { ...NO_COUNTS, id: report.id, rows: 1, updated: 1 })
    const rosa = await Subscriber.firstOrFail()
    assert.deepEqual(
      [rosa.email, rosa.name, rosa.language, rosa.attributes],
      ['rosa@example.org', 'Rosa', 'de', { City: 'Bonn', Plot: '7' }]
    )
  })

  test('who is on another list is new on this one', async ({ assert }) => {
    const other = await makeList({ name: 'Harbour Post' })
    const list = await makeList()
    await makeSubscriber({ list: other, email: 'rosa@example.org', name: 'Rosa' })

    const report = await importCsv(people, { list })

    assert.equal(report.created, 2)
    assert.lengthOf(await Subscriber.all(), 2)
  })

  test('a dry run counts the same and writes nothing', async ({ assert }) => {
    const list = await makeList()
    await makeSubscriber({ list, email: 'rosa@example.org', name: 'R.' })
    const before = await everything()

    const report = await importCsv(`${people}nobody\n`, { list, dryRun: true })

    assert.deepEqual(report, {
      ...NO_COUNTS,
      id: null,
      rows: 3,
      created: 1,
      updated: 1,
      rejected: 1,
    })
    assert.deepEqual(await everything(), before)
    assert.isEmpty(await Import.all())
  })

  test('{text} is text and nothing else [WEB-18]')
    .with([
      { text: `'); DROP TABLE subscribers; --` },
      { text: '?, :name, $1, \\?' },
      { text: '{"a": ["b"]} \\u0041 \\n' },
      { text: '%_*[a-z]' },
      { text: '🌷 עברית \u200F' },
    ])
    .run(async ({ assert }, { text }) => {
      const list = await makeList()
      const cell = `"${text.replaceAll('"', '""')}"`

      await importCsv(`email,name,${cell}\nrosa@example.org,${cell},${cell}\n`, { list })
      await importCsv(`email,name\nrosa@example.org,Rosa\n`, { list })

      const rosa = await Subscriber.firstOrFail()
      assert.equal(rosa.name, 'Rosa')
      assert.deepEqual(rosa.attributes, { [text.trim()]: text })
    })

  test('more than fit in one batch all arrive', async ({ assert }) => {
    const list = await makeList()
    const rows = Array.from({ length: 4345 }, (_, i) => `p${i}@example.org,Person ${i}\n`)

    const report = await importCsv(`email,name\n${rows.join('')}`, { list })

    assert.equal(report.created, 4345)
    const row = await Import.firstOrFail()
    assert.equal(row.status, 'finished')
    assert.deepInclude(row.counts, { rows: 4345, created: 4345 })
  })
})

test.group('Import | people who left or get no mail', (group) => {
  group.each.setup(() => emptyDatabase())

  test('who has left stays out, untouched, and is listed [WEB-11, BNC-7]', async ({ assert }) => {
    const list = await makeList()
    await makeSubscriber({ list, email: 'rosa@example.org', name: 'R.', status: 'unsubscribed' })
    const before = await everything()
    const rejects = await csvFile('')

    const report = await importCsv('email,name\nrosa@example.org,Rosa\n', { list, rejects })

    assert.deepEqual(report, { ...NO_COUNTS, id: report.id, rows: 1, keptUnsubscribed: 1 })
    assert.deepEqual(await everything(), before)
    assert.match(await readFile(rejects, 'utf8'), /2,Left the list on .+\.,rosa@example\.org,Rosa/)
  })

  test('who has not confirmed yet is not confirmed by a file', async ({ assert }) => {
    const list = await makeList()
    await makeSubscriber({ list, email: 'rosa@example.org', status: 'pending' })

    await importCsv('email\nrosa@example.org\n', { list })

    assert.lengthOf(await Subscription.query().where('status', 'pending'), 1)
  })

  test('putting back needs the consent in words [LAW-9]', async ({ assert }) => {
    const list = await makeList()
    await makeSubscriber({ list, email: 'rosa@example.org', status: 'unsubscribed' })

    await assert.rejects(
      () => importCsv(people, { list, resubscribe: true, consent: ' ' }),
      /say in words when and how they asked for it: --consent TEXT/
    )

    assert.lengthOf(await Subscription.query().where('status', 'unsubscribed'), 1)
  })

  test('with it they are back, it is recorded, and their leave links work again [LAW-9, UNSUB-11]', async ({
    assert,
  }) => {
    const list = await makeList()
    const subscriber = await makeSubscriber({
      list,
      email: 'rosa@example.org',
      name: 'Rosa',
      status: 'unsubscribed',
    })
    const link = await issueLink('unsubscribe', { subscriber, list })
    await present(link, async () => {})
    const consent = 'Asked Amina on the phone on 20 November'

    const report = await importCsv('email\nrosa@example.org\n', {
      list,
      resubscribe: true,
      consent,
    })

    assert.deepEqual(report, { ...NO_COUNTS, id: report.id, rows: 1, updated: 1 })
    const subscription = await Subscription.firstOrFail()
    assert.equal(subscription.status, 'subscribed')
    assert.isNull(subscription.leftAt)
    const event = await ConsentEvent.firstOrFail()
    assert.equal(event.consentText, consent)
    assert.equal(await usesOf(link), 0)
  })

  test('{reason}: nothing brings them back [BNC-7, LAW-9, LAW-15]')
    .with([
      { reason: 'complaint' },
      { reason: 'bounce' },
      { reason: 'objection' },
      { reason: 'manual' },
    ] as const)
    .run(async ({ assert }, { reason }) => {
      const list = await makeList()
      await suppress('rosa@example.org', { reason })

      const report = await importCsv('email\nROSA@example.org\n', {
        list,
        resubscribe: true,
        consent: 'They said so',
      })

      assert.deepEqual(report, { ...NO_COUNTS, id: report.id, rows: 1, suppressed: 1 })
      assert.isEmpty(await Subscriber.all())
    })

  test('suppressed on one list, a person can be brought onto another', async ({ assert }) => {
    const list = await makeList()
    const other = await makeList({ name: 'Harbour Post' })
    await suppress('rosa@example.org', { reason: 'complaint', scope: other.publicId })

    assert.equal((await importCsv(people, { list })).created, 2)
    assert.equal((await importCsv(people, { list: other })).suppressed, 1)
  })

  test('who is erased is not known again [LAW-15]', async ({ assert }) => {
    const list = await makeList()
    await makeSubscriber({ list, email: 'rosa@example.org' })
    await eraseSubscriber('rosa@example.org')

    const report = await importCsv(people, { list })

    assert.equal(report.suppressed, 1)
    assert.isNull(await Subscriber.findBy('emailKey', 'rosa@example.org'))
  })
})

test.group('Import | encodings and separators', (group) => {
  group.each.setup(() => emptyDatabase())
  const text = 'email,name\ntomas@example.org,Tomás Ñúñez\n'

  test('{title} is read')
    .with([
      { title: 'UTF-8', content: Buffer.from(text) },
      { title: 'UTF-8 with a byte order mark', content: Buffer.from(`\uFEFF${text}`) },
      { title: 'Latin-1', content: Buffer.from(text, 'latin1') },
      { title: 'UTF-16, little end first', content: Buffer.from(`\uFEFF${text}`, 'utf16le') },
      { title: 'UTF-16 with no mark', content: Buffer.from(text, 'utf16le') },
      { title: 'UTF-16, big end first', content: Buffer.from(`\uFEFF${text}`, 'utf16le').swap16() },
      { title: 'a file with semicolons', content: Buffer.from(text.replaceAll(',', ';')) },
      { title: 'a file with tabs', content: Buffer.from(text.replaceAll(',', '\t')) },
      { title: 'a file from Windows', content: Buffer.from(text.replaceAll('\n', '\r\n')) },
      { title: 'a file with no last line end', content: Buffer.from(text.trimEnd()) },
      { title: 'a file with blank lines', content: Buffer.from(text.replaceAll('\n', '\n\n,\n')) },
    ])
    .run(async ({ assert }, { content }) => {
      const list = await makeList()

      const report = await importCsv(content, { list })

      assert.equal(report.created, 1)
      const tomas = await Subscriber.firstOrFail()
      assert.deepEqual([tomas.email, tomas.name], ['tomas@example.org', 'Tomás Ñúñez'])
    })
})

test.group('Import | rows that cannot be used', (group) => {
  group.each.setup(() => emptyDatabase())

  test('are left out one by one, with line, reason and cells', async ({ assert }) => {
    const list = await makeList({ topics: ['Roses'] })
    const rejects = await csvFile('')
    const content = [
      'email,name,topics,language',
      'rosa@example.org,"Rosa',
      'Lindqvist",roses,sv',
      'rosa(at)example.org,Rosa,,',
      'ROSA@example.org,Rosa again,,',
      'jun@example.org,Jun',
      'sami@example.org,Sami,Lilies,',
      'amina@example.org,"=SUM(1)",,gibberish tongue',
      ',Nobody,,',
      'greta@example.org,Greta,,',
    ].join('\n')

    const report = await importCsv(content, { list, rejects })

    assert.deepEqual(report, { ...NO_COUNTS, id: report.id, rows: 8, created: 2, rejected: 6 })
    assert.deepEqual((await readFile(rejects, 'utf8')).trimEnd().split('\n'), [
      'line,reason,email,name,topics,language',
      `4,"""rosa(at)example.org"" is not an e-mail address: it has no @.",rosa(at)example.org,Rosa,,`,
      `5,"""ROSA@example.org"" stands in an earlier row too.",ROSA@example.org,Rosa again,,`,
      '6,The row has 2 cells where the header has 4.,jun@example.org,Jun',
      '7,"The list has no topic ""lilies"".",sami@example.org,Sami,Lilies,',
      `8,"""gibberish tongue"" is not a language. Use a tag such as en or de.",amina@example.org,'=SUM(1),,gibberish tongue`,
      '9,The address is empty.,,Nobody,,',
    ])
  })

  test('can be corrected in the rejects file, which is imported as it is', async ({ assert }) => {
    const list = await makeList()
    const rejects = await csvFile('')
    await importCsv('email,name\nrosa,=Rosa\n', { list, rejects })
    const corrected = (await readFile(rejects, 'utf8')).replace(',rosa,', ',rosa@example.org,')

    const report = await importCsv(corrected, { list })

    assert.equal(report.created, 1)
    const rosa = await Subscriber.firstOrFail()
    assert.equal(rosa.name, '=Rosa')
    assert.deepEqual(rosa.attributes, {})
  })

  test('the file is never overwritten by its rejects', async ({ assert }) => {
    const list = await makeList()
    const file = await csvFile(people)

    await assert.rejects(
      () => importSubscribers(file, { list, rejects: join(dirname(file), '.', 'people.csv') }),
      'The rejects would overwrite the file itself. Name another file.'
    )

    assert.equal(await readFile(file, 'utf8'), people)
  })
})

test.group('Import | files that cannot be used', (group) => {
  group.each.setup(() => emptyDatabase())

  test('{title}: says so in a sentence, and does nothing')
    .with([
      { title: 'empty', content: '', says: /is empty/ },
      { title: 'nothing but blank lines', content: '\n\n \n', says: /is empty/ },
      {
        title: 'no address column',
        content: 'name,city\nRosa,Ulm\n',
        says: /No column is called email. The columns are: "name", "city"/,
      },
      {
        title: 'no header',
        content: 'rosa@example.org,Rosa\njun@example.org,Jun\n',
        says: /The file has no header/,
      },
      {
        title: 'a zero byte',
        content: `${people}jun@exam\0ple.org,Jun\n`,
        says: /^Line 4 holds a zero byte/,
      },
      {
        title: 'a line of 10 MB',
        content: `${people}${'x'.repeat(10_000_000)}\n`,
        says: /^The row on line 4 is longer than 1 MB/,
      },
      {
        title: 'a quote that is never closed',
        content: `${people}"jun@example.org,Jun\nsami@example.org,Sami\n`,
        says: /^The row on line 4 opens a quote that is never closed/,
      },
      {
        title: 'a quote that is never closed, far from the end',
        content: `${people}"jun@example.org,Jun\n${'sami@example.org,Sami\n'.repeat(100_000)}`,
        says: /^The row on line 4 is longer than 1 MB; perhaps a quote is never closed/,
      },
      {
        title: 'two columns of one name',
        content: 'email,City,City\nrosa@example.org,Ulm,Bonn\n',
        says: /Two columns are called "City"/,
      },
      {
        title: 'two address columns',
        content: 'email,E-Mail\nrosa@example.org,jun@example.org\n',
        says: /Two columns are called "email"/,
      },
    ])
    .run(async ({ assert }, { content, says }) => {
      const list = await makeList()

      const error = await importCsv(content, { list }).catch((reason) => reason)

      assert.match(error.message, says)
      assert.notMatch(error.message, /\n/)
      assert.isEmpty(await Subscriber.all())
      assert.isEmpty(await Import.all())
    })

  test('{title}: says what to do')
    .with([
      { title: 'a missing file', file: '/no/such/people.csv', says: /There is no file/ },
      { title: 'a directory', file: '/', says: /is a directory/ },
      { title: 'a device', file: '/dev/null', says: /is no regular file/ },
    ])
    .run(async ({ assert }, { file, says }) => {
      const list = await makeList()

      await assert.rejects(() => importSubscribers(file, { list }), says)
    })

  test('{title} of --map: says which there are')
    .with([
      { title: 'an unknown column', map: { email: 'Kontakt' }, says: /no column "Kontakt"/ },
      { title: 'an unknown field', map: { mail: 'email' }, says: /no field "mail"/ },
    ] as { title: string; map: Record<string, string>; says: RegExp }[])
    .run(async ({ assert }, { map, says }) => {
      const list = await makeList()

      await assert.rejects(() => importCsv(people, { list, map }), says)

      assert.isEmpty(await Subscriber.all())
    })
})

async function everything() {
  const tables = ['subscribers', 'subscriptions', 'subscription_topics', 'consent_events']
  return Promise.all(
    tables.map((table) =>
      db.from(table).orderBy(table === 'subscription_topics' ? 'topic_id' : 'id')
    )
  )
}
