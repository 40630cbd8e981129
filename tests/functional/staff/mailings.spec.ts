import { test } from '@japa/runner'
import { DateTime } from 'luxon'
import db from '@adonisjs/lucid/services/db'
import { makeList, makeMailing, makeSubscriber, makeUser } from '#database/factories/main'
import type Mailing from '#models/mailing'
import type Subscriber from '#models/subscriber'
import { mint } from '#request_tokens/main'
import { linkFor } from '#subscribers/main'
import { emptyDatabase } from '#tests/database'
import { signIn, submit, visit } from '#tests/functional/staff/member'

async function staffPage(path: string, role: 'owner' | 'viewer' = 'viewer') {
  const response = await visit(path, { cookie: await signIn(await makeUser({ role })) })
  return { status: response.status, page: await response.text() }
}

/** What stands in a row, as a reader sees it. */
function cells(row: string) {
  return [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs)].map(([, cell]) =>
    cell
      .replace(/<[^>]+>/g, ' ')
      .replace(/&nbsp;/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
  )
}

function rowWith(page: string, text: string) {
  const row = page.split('<tr>').find((part) => part.includes(text))
  if (!row) throw new Error(`No row has "${text}".`)
  return cells(row)
}

async function deliver(mailing: Mailing, subscribers: Subscriber[], status: string) {
  for (const { id } of subscribers)
    await db
      .table('deliveries')
      .insert({ mailing_id: mailing.id, subscriber_id: id, status, attempts: 1 })
}

test.group('Staff mailings | the list', (group) => {
  group.each.setup(() => emptyDatabase())

  test('with nothing there, says what to do first', async ({ assert }) => {
    const { page } = await staffPage('/staff')

    assert.include(page, 'node ace lists:create')
    assert.include(page, 'node ace subscribers:import')
    assert.notInclude(page, '<table')
  })

  test('with a list and no mailing, says how to make one for it', async ({ assert }) => {
    await makeList({ name: 'Garden News', slug: 'garden' })

    const { page } = await staffPage('/staff')

    assert.include(page, 'node ace mailings:create --list garden')
    assert.notInclude(page, 'node ace lists:create')
  })

  test('shows the counts of each mailing, the newest first', async ({ assert }) => {
    const list = await makeList({ name: 'Garden News' })
    const people = []
    for (let i = 0; i < 9; i++) people.push(await makeSubscriber({ list }))
    const old = await makeMailing({ list, subject: 'Old news', status: 'sent' })
    const fresh = await makeMailing({ list, subject: 'Frost & snow', status: 'sending' })
    await deliver(old, people.slice(0, 1), 'sent')
    await deliver(fresh, people.slice(0, 3), 'sent')
    await deliver(fresh, people.slice(3, 4), 'pending')
    await deliver(fresh, people.slice(4, 5), 'deferred')
    await deliver(fresh, people.slice(5, 7), 'failed')
    await deliver(fresh, people.slice(7, 8), 'skipped')
    await deliver(fresh, people.slice(8, 9), 'uncertain')

    const { page } = await staffPage('/staff')

    assert.isBelow(page.indexOf('Frost &amp; snow'), page.indexOf('Old news'))
    assert.deepEqual(rowWith(page, 'Frost &amp; snow'), [
      'Frost &amp; snow Garden News',
      'Sending',
      '3',
      '2',
      '2',
      '1',
      '1',
      '0',
      'just now',
    ])
    assert.equal(rowWith(page, 'Old news')[2], '1')
  })

  test('times are relative, with the exact one on hover', async ({ assert }) => {
    const mailing = await makeMailing({ list: await makeList(), status: 'sent' })
    const finishedAt = DateTime.utc().minus({ hours: 3 })
    await mailing.merge({ finishedAt }).save()

    const { page } = await staffPage('/staff')

    assert.include(page, '3 hours ago')
    assert.include(
      page,
      `title="${finishedAt.setLocale('en').toFormat('d LLL yyyy, HH:mm:ss')} UTC"`
    )
    assert.include(page, `datetime="${finishedAt.toISO()}"`)
  })

  test('turns over after 25 mailings', async ({ assert }) => {
    const list = await makeList()
    for (let i = 1; i <= 26; i++) await makeMailing({ list, subject: `Number ${i}.` })

    const first = await staffPage('/staff')
    const second = await staffPage('/staff?page=2')

    assert.include(first.page, 'Number 26.')
    assert.notInclude(first.page, 'Number 1.')
    assert.include(first.page, 'href="/staff?page=2"')
    assert.include(second.page, 'Number 1.')
    assert.include(second.page, 'Page 2 of 2')
  })

  test('a page number that is none is the first page [WEB-19]')
    .with(['x', '-1', '0', '1e9', '99999999999999999999'])
    .run(async ({ assert }, page) => {
      const { status } = await staffPage(`/staff?page=${page}`)

      assert.equal(status, 200)
    })
})

test.group('Staff mailings | one mailing', (group) => {
  group.each.setup(() => emptyDatabase())

  test('shows what its links did, and who left through it', async ({ assert }) => {
    const list = await makeList()
    const rosa = await makeSubscriber({ list, email: 'rosa@example.org' })
    const tomas = await makeSubscriber({ list, email: 'tomas@example.org' })
    const mailing = await makeMailing({ list, status: 'sent' })
    await deliver(mailing, [rosa, tomas], 'sent')
    const [left, looked] = await mint(
      [rosa, tomas].map(({ publicId }) =>
        linkFor('unsubscribe', {
          subscriber: publicId,
          list: list.publicId,
          mailing: mailing.publicId,
        })
      )
    )
    await visit(looked.url, { headers: { 'User-Agent': 'Scanner <1>' } })
    await submit('/unsubscribe', { rt: left.token })

    const { page } = await staffPage(`/staff/mailings/${mailing.publicId}`)

    assert.deepEqual(rowWith(page, 'r•••@example.org').slice(0, 2), [
      'r•••@example.org',
      'just now',
    ])
    assert.deepEqual(rowWith(page, 'Scanner').slice(1), [
      't•••@example.org',
      'Unsubscribe',
      'Looked at',
      'GET 200',
      '127.0.0.1',
      'Scanner &lt;1&gt;',
    ])
    assert.deepEqual(rowWith(page, '>Used<'), ['Unsubscribe', 'Used', '1'])
    assert.notInclude(page, 'rosa@')
    assert.notInclude(page, left.token)
    const index = await staffPage('/staff')
    assert.equal(rowWith(index.page, mailing.subject)[7], '1')
  })

  test('says so where nothing has happened yet', async ({ assert }) => {
    const mailing = await makeMailing({ list: await makeList() })

    const { page } = await staffPage(`/staff/mailings/${mailing.publicId}`)

    assert.include(page, 'This mailing has not been sent.')
    assert.include(page, 'Nobody has left the list through a link of this mailing.')
    assert.include(page, 'No link of this mailing has been opened yet.')
  })

  test('shows no use of another mailing', async ({ assert }) => {
    const list = await makeList()
    const rosa = await makeSubscriber({ list })
    const mailing = await makeMailing({ list })
    const other = await makeMailing({ list })
    const [link] = await mint([
      linkFor('unsubscribe', {
        subscriber: rosa.publicId,
        list: list.publicId,
        mailing: other.publicId,
      }),
    ])
    await submit('/unsubscribe', { rt: link.token })

    const { page } = await staffPage(`/staff/mailings/${mailing.publicId}`)

    assert.include(page, 'No link of this mailing has been opened yet.')
    assert.include(page, 'Nobody has left the list')
  })

  test('there is none of that id', async ({ assert }) => {
    const { status } = await staffPage('/staff/mailings/none')

    assert.equal(status, 404)
  })
})
