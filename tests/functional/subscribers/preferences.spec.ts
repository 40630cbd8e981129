import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import { DateTime } from 'luxon'
import { makeList, makeSubscriber } from '#database/factories/main'
import ConsentEvent from '#models/consent_event'
import type List from '#models/list'
import Subscriber from '#models/subscriber'
import Subscription from '#models/subscription'
import {
  eraseSubscriber,
  joinList,
  leaveList,
  preferencesOf,
  savePreferences,
  type PreferenceChanges,
} from '#subscribers/main'
import { emptyDatabase } from '#tests/database'
import { issueLink, present, usesOf } from '#tests/functional/subscribers/grant'

const at = new Date('2026-11-24T09:30:00Z')

async function save(subscriber: Subscriber, list: List, changes: PreferenceChanges) {
  const link = await issueLink('preferences', { subscriber, list })
  return present(link, (use) => savePreferences(use, changes), at)
}

async function preferences(subscriber: Subscriber, list: List, when = at) {
  return present(await issueLink('preferences', { subscriber, list }), preferencesOf, when)
}

test.group('Preferences | showing', (group) => {
  group.each.setup(() => emptyDatabase())

  test('are those of the list, with the address masked', async ({ assert }) => {
    const list = await makeList({ topics: ['Tools', 'Roses'] })
    const rosa = await makeSubscriber({
      list,
      email: 'rosa@example.org',
      name: 'Rosa',
      language: 'sv',
      topics: ['Roses'],
      weeklyLimit: 2,
    })

    const shown = await preferences(rosa, list)

    assert.include(shown, {
      address: 'r•••@example.org',
      name: 'Rosa',
      language: 'sv',
      status: 'subscribed',
      weeklyLimit: 2,
      pausedUntil: null,
    })
    assert.deepEqual(
      shown.topics.map(({ name, chosen }) => [name, chosen]),
      [
        ['Roses', true],
        ['Tools', false],
      ]
    )
  })

  test('a pause that is over is none', async ({ assert }) => {
    const list = await makeList()
    const rosa = await makeSubscriber({ list, pausedUntil: DateTime.fromJSDate(at) })

    const before = await preferences(rosa, list, new Date(at.getTime() - 1))
    const after = await preferences(rosa, list, at)

    assert.deepEqual(before.pausedUntil, at)
    assert.isNull(after.pausedUntil)
  })
})

test.group('Preferences | saving', (group) => {
  group.each.setup(() => emptyDatabase())

  test('changes all that is chosen, and says what', async ({ assert }) => {
    const list = await makeList({ topics: ['Roses', 'Tools'] })
    const rosa = await makeSubscriber({ list, name: 'Rosa', topics: ['Roses'] })
    const [, tools] = list.topics

    const { changed } = await save(rosa, list, {
      topics: [tools.publicId],
      pauseDays: 30,
      weeklyLimit: 1,
      language: 'pt_br',
      name: ' Rosa\r\nLindqvist ',
    })

    assert.deepEqual(changed, [
      'You get Tools.',
      'You no longer get Roses.',
      'You get no mail until 24 December 2026.',
      'You get at most 1 mail a week.',
      'Your language is Brazilian Portuguese.',
      'Your name is Rosa Lindqvist.',
    ])
    const shown = await preferences(rosa, list)
    assert.include(shown, { name: 'Rosa Lindqvist', language: 'pt-BR', weeklyLimit: 1 })
    assert.equal(shown.pausedUntil?.toISOString(), '2026-12-24T09:30:00.000Z')
    assert.deepEqual(
      shown.topics.map(({ chosen }) => chosen),
      [false, true]
    )
    const event = await ConsentEvent.firstOrFail()
    assert.equal(event.event, 'topics')
  })

  test('what is as it was is not said to have changed', async ({ assert }) => {
    const list = await makeList({ topics: ['Roses'] })
    const rosa = await makeSubscriber({ list, name: 'Rosa', topics: ['Roses'] })

    const { changed } = await save(rosa, list, {
      topics: [list.topics[0].publicId],
      pauseDays: 0,
      weeklyLimit: null,
      language: null,
      name: 'Rosa',
    })

    assert.isEmpty(changed)
    assert.isEmpty(await ConsentEvent.all())
  })

  test('of one who was erased meanwhile writes nothing [LAW-15]', async ({ assert }) => {
    const list = await makeList({ topics: ['Roses'] })
    const rosa = await makeSubscriber({ list, name: 'Rosa' })
    const link = await issueLink('preferences', { subscriber: rosa, list })

    const saving = present(link, async (use) => {
      await eraseSubscriber(use)
      return savePreferences(use, {
        name: 'Rosa',
        weeklyLimit: 2,
        topics: [list.topics[0].publicId],
        join: true,
      })
    })

    await assert.rejects(() => saving, 'Your data was erased meanwhile. There is nothing to save.')
  })

  test('leaves an erased row as it is [LAW-15]', async ({ assert }) => {
    const list = await makeList()
    const rosa = await makeSubscriber({ list })
    const link = await issueLink('preferences', { subscriber: rosa, list })

    await present(link, async (use) => {
      await use.query('UPDATE subscribers SET erased_at = ?, name = NULL WHERE id = ?', [
        1,
        rosa.id,
      ])
      await assert.rejects(() => savePreferences(use, { name: 'Somebody Else' }))
    })

    const row = await Subscriber.findOrFail(rosa.id)
    assert.isNull(row.name)
    assert.isEmpty(await ConsentEvent.all())
  })

  test('takes back what was chosen before', async ({ assert }) => {
    const list = await makeList()
    const rosa = await makeSubscriber({
      list,
      name: 'Rosa',
      language: 'sv',
      weeklyLimit: 3,
      pausedUntil: DateTime.fromJSDate(at).plus({ days: 5 }),
    })

    const { changed } = await save(rosa, list, {
      pauseDays: 0,
      weeklyLimit: null,
      language: '',
      name: '',
    })

    assert.deepEqual(changed, [
      'Your pause has ended.',
      'There is no limit to the mails you get.',
      "You get the list's own language.",
      'Your name is removed.',
    ])
  })

  test('{title} stops the whole change')
    .with([
      { title: 'a pause of 31 days', wrong: { pauseDays: 31 }, says: /30, 60 or 90 days/ },
      { title: 'a limit of 0', wrong: { weeklyLimit: 0 }, says: /from 1 to 50/ },
      { title: 'a limit that is no number', wrong: { weeklyLimit: Number.NaN }, says: /1 to 50/ },
      { title: 'no language', wrong: { language: 'x y' }, says: /is not a language/ },
      { title: "another list's topic", wrong: { topics: ['nope'] }, says: /not on this list/ },
    ] as { title: string; wrong: PreferenceChanges; says: RegExp }[])
    .run(async ({ assert }, { wrong, says }) => {
      const list = await makeList({ topics: ['Roses'] })
      const rosa = await makeSubscriber({ list, name: 'Rosa', topics: ['Roses'] })

      await assert.rejects(
        () => save(rosa, list, { name: 'Other', topics: [], weeklyLimit: 2, ...wrong }),
        says
      )

      const shown = await preferences(rosa, list)
      assert.include(shown, { name: 'Rosa', weeklyLimit: null })
      assert.isTrue(shown.topics[0].chosen)
    })

  test('can leave the list, and come back [LAW-12]', async ({ assert }) => {
    const list = await makeList()
    const rosa = await makeSubscriber({ list })

    const left = await save(rosa, list, { leave: true })
    const gone = await preferences(rosa, list)
    const joined = await save(rosa, list, { join: true })

    assert.deepEqual(left.changed, ['You have left Garden News.'])
    assert.equal(gone.status, 'unsubscribed')
    assert.deepEqual(joined.changed, ['You get Garden News again.'])
    const back = await preferences(rosa, list)
    assert.equal(back.status, 'subscribed')
  })
})

test.group('Joining | a list', (group) => {
  group.each.setup(() => emptyDatabase())

  test('makes the leave links of that list work again, and no others [UNSUB-11]', async ({
    assert,
  }) => {
    const list = await makeList()
    const other = await makeList({ name: 'Harbour Post' })
    const rosa = await makeSubscriber({ list })
    const here = await issueLink('unsubscribe', { subscriber: rosa, list })
    const there = await issueLink('unsubscribe', { subscriber: rosa, list: other })
    await present(here, leaveList)
    await present(there, leaveList)

    const proof = { source: 'link' as const, consentText: 'Yes, please' }
    const { joined } = await joinList(rosa, list, proof, db.connection())

    assert.isTrue(joined)
    assert.equal(await usesOf(here), 0)
    assert.equal(await usesOf(there), 1)
    const subscription = await Subscription.findByOrFail('listId', list.id)
    assert.isNull(subscription.leftAt)
  })

  test('again changes nothing', async ({ assert }) => {
    const list = await makeList()
    const rosa = await makeSubscriber({ list })

    const { joined } = await joinList(rosa, list, { source: 'link' }, db.connection())

    assert.isFalse(joined)
    assert.isEmpty(await ConsentEvent.all())
  })

  test('for one who left needs the words of consent from staff [LAW-9]', async ({ assert }) => {
    const list = await makeList()
    const rosa = await makeSubscriber({ list, status: 'unsubscribed' })

    await assert.rejects(
      () => joinList(rosa, list, { source: 'staff' }, db.connection()),
      /has left the list/
    )
    await joinList(
      rosa,
      list,
      { source: 'staff', consentText: 'Asked Amina on the phone' },
      db.connection()
    )

    const event = await ConsentEvent.firstOrFail()
    assert.equal(event.consentText, 'Asked Amina on the phone')
  })
})
