import { test } from '@japa/runner'
import { makeList, makeMailing, makeSubscriber } from '#database/factories/main'
import { listUses, verify } from '#request_tokens/main'
import { emptyDatabase } from '#tests/database'
import { run } from '#tests/functional/commands/ace'
import { submit, visit } from '#tests/functional/staff/member'

async function rosaOnGarden() {
  const list = await makeList({ name: 'Garden News', slug: 'garden' })
  const rosa = await makeSubscriber({ list, email: 'rosa@example.org' })
  return { list, rosa }
}

async function newLink(...wishes: string[]) {
  const { json } = await run(
    'tokens:issue',
    '--subscriber=rosa@example.org',
    '--scope=unsubscribe',
    '--json',
    ...wishes
  )
  return json() as { jti: string; token: string; url: string; expiresAt: string }
}

test.group('tokens:issue', (group) => {
  group.each.setup(() => emptyDatabase())

  test('prints a link that works', async ({ assert }) => {
    const { list } = await rosaOnGarden()

    const { out, exitCode } = await run(
      'tokens:issue',
      '--subscriber=ROSA@example.org',
      '--scope=unsubscribe',
      '--list=garden'
    )

    assert.equal(exitCode, 0)
    assert.match(out, /^http\S+\/unsubscribe\?rt=[\w.-]+$/)
    const page = await visit(out)
    assert.equal(page.status, 200)
    assert.include(await page.text(), list.name)
  })

  test('--json gives jti, token, url and expiresAt', async ({ assert }) => {
    await rosaOnGarden()

    const link = await newLink('--expires-in=7d')

    assert.sameMembers(Object.keys(link), ['jti', 'token', 'url', 'expiresAt'])
    assert.equal(new URL(link.url).searchParams.get('rt'), link.token)
    const days = (Date.parse(link.expiresAt) - Date.now()) / 86_400_000
    assert.closeTo(days, 7, 0.01)
    const { outcome, claims } = await verify(link.token, { target: '/unsubscribe' })
    assert.equal(outcome, 'good')
    assert.equal(claims!.jti, link.jti)
  })

  test('takes the wishes: target, start, uses and mailing', async ({ assert }) => {
    const { list } = await rosaOnGarden()
    const mailing = await makeMailing({ list })

    const { token } = await newLink(
      '--target=/preferences',
      '--not-before=2027-01-01T08:00:00Z',
      '--max-uses=3',
      `--mailing=${mailing.publicId}`
    )

    const { claims, outcome } = await verify(token)
    assert.equal(outcome, 'early')
    assert.equal(claims!.aud, '/preferences')
    assert.equal(claims!.nbf, Date.parse('2027-01-01T08:00:00Z') / 1000)
    assert.equal(claims!.max, 3)
    assert.deepEqual(claims!.data, { list: list.publicId, mailing: mailing.publicId })
  })

  test('what cannot be issued is refused: {says}')
    .with([
      { flags: ['--scope=unsubscribe'], says: '--subscriber EMAIL --scope SCOPE' },
      { flags: ['--subscriber=rosa@example.org'], says: '--subscriber EMAIL --scope SCOPE' },
      {
        flags: ['--subscriber=eve@example.org', '--scope=unsubscribe'],
        says: 'Nobody has the address "eve@example.org"',
      },
      {
        flags: ['--subscriber=rosa', '--scope=unsubscribe'],
        says: '"rosa" is not an e-mail address',
      },
      { flags: ['--scope=leave'], says: 'There is no scope "leave". Choose one of: unsubscribe' },
      { flags: ['--scope=sign_in'], says: 'staff:create' },
      { flags: ['--scope=undo'], says: 'The page after leaving makes it.' },
      { flags: ['--scope=view'], says: '--mailing ID' },
      { flags: ['--list=roses'], says: 'There is no list "roses". There is: garden.' },
      { flags: ['--mailing=none'], says: 'There is no mailing "none".' },
      { flags: ['--target=unsubscribe'], says: '--target "unsubscribe" is no path.' },
      { flags: ['--target=//example.com/x'], says: 'starts with a single /' },
      { flags: ['--expires-in=soon'], says: '--expires-in "soon" is no length of time.' },
      { flags: ['--expires-in=7'], says: '--expires-in "7" is no length of time.' },
      { flags: ['--expires-in=9000d'], says: 'lasts at most' },
      { flags: ['--not-before=tomorrow'], says: '--not-before "tomorrow" is no time.' },
      { flags: ['--max-uses=0'], says: '--max-uses must be a whole number from 1' },
      { flags: ['--max-uses=1.5'], says: '--max-uses must be a whole number from 1' },
    ])
    .run(async ({ assert }, { flags, says }) => {
      await rosaOnGarden()
      const usual = { subscriber: 'rosa@example.org', scope: 'unsubscribe' }
      const given = flags.map((flag) => flag.split(/[=-]+/)[1])
      const isIncomplete = says.startsWith('--subscriber EMAIL')
      const rest = Object.entries(usual)
        .filter(([name]) => !isIncomplete && !given.includes(name))
        .map(([name, value]) => `--${name}=${value}`)

      const { exitCode, out, talk } = await run('tokens:issue', ...rest, ...flags)

      assert.equal(exitCode, 1)
      assert.equal(out, '')
      assert.include(talk, says)
    })

  test('asks which list where there are two, and none', async ({ assert }) => {
    await rosaOnGarden()
    const wanderer = await makeSubscriber({ email: 'jun@example.org' })

    const none = await run('tokens:issue', '--subscriber=jun@example.org', '--scope=unsubscribe')
    const walks = await makeList({ name: 'Walks', slug: 'walks' })
    await wanderer.related('subscriptions').createMany([
      { listId: walks.id, status: 'subscribed' },
      { listId: (await makeList({ slug: 'birds' })).id, status: 'subscribed' },
    ])
    const two = await run('tokens:issue', '--subscriber=jun@example.org', '--scope=unsubscribe')

    assert.include(none.talk, 'jun@example.org is on no list.')
    assert.include(two.talk, 'jun@example.org is on 2 lists.')
    assert.include(two.talk, '--list walks')
  })
})

test.group('tokens:inspect', (group) => {
  group.each.setup(() => emptyDatabase())

  test('shows claims, verdict and uses, and consumes nothing', async ({ assert }) => {
    await rosaOnGarden()
    const link = await newLink()
    await visit(link.url)

    const { out, exitCode } = await run('tokens:inspect', link.url)

    assert.equal(exitCode, 0)
    assert.include(out, 'verdict     good: it would be let in now')
    assert.include(out, 'uses        0 of 1')
    assert.match(out, new RegExp(`jti +${link.jti}`))
    assert.match(out, /good until +\d{4}-\d\d-\d\dT/)
    assert.match(out, /viewed +unsubscribe/)
    assert.notInclude(out, link.token)
    await run('tokens:inspect', link.token)
    const uses = await listUses()
    assert.lengthOf(uses, 1)
    const spent = await submit('/unsubscribe', { rt: link.token })
    assert.equal(spent.status, 200)
  })

  test('says {outcome} of a token that is', async ({ assert }) => {
    await rosaOnGarden()
    const link = await newLink()
    await submit('/unsubscribe', { rt: link.token })
    const revoked = await newLink()
    await run('tokens:revoke', '--', revoked.jti)

    const verdicts = []
    for (const token of [link.token, revoked.token, `${link.token}x`, 'abc', ''])
      verdicts.push((await run('tokens:inspect', '--json', token || ' ')).json())

    assert.deepEqual(
      verdicts.map(({ verdict, usesSpent }) => [verdict, usesSpent]),
      [
        ['replayed', 1],
        ['revoked', 0],
        ['invalid', 0],
        ['invalid', 0],
        ['invalid', 0],
      ]
    )
    assert.equal(verdicts[0].claims.jti, link.jti)
    assert.isNull(verdicts[2].claims)
  })
})

test.group('tokens:revoke', (group) => {
  group.each.setup(() => emptyDatabase())

  test('withdraws one link, by its jti or its token [JWT-17]', async ({ assert }) => {
    await rosaOnGarden()
    const [first, second, other] = [await newLink(), await newLink(), await newLink()]

    await run('tokens:revoke', '--reason=forwarded', '--', first.jti)
    const { out } = await run('tokens:revoke', second.token)

    assert.equal(out, `Withdrew the link ${second.jti}.`)
    for (const { token, status } of [
      { ...first, status: 410 },
      { ...second, status: 410 },
      { ...other, status: 200 },
    ]) {
      const answer = await submit('/unsubscribe', { rt: token })
      assert.equal(answer.status, status)
    }
    const outcomes = (await listUses()).map(({ outcome }) => outcome)
    assert.deepEqual(outcomes, ['used', 'revoked', 'revoked'])
  })

  test('withdraws all links of {$self} [JWT-17]')
    .with(['subscriber', 'mailing', 'key'] as const)
    .run(async ({ assert }, kind) => {
      const { list } = await rosaOnGarden()
      const mailing = await makeMailing({ list })
      const link = await newLink(`--mailing=${mailing.publicId}`)
      const { claims } = await verify(link.token)
      const which = {
        subscriber: 'rosa@example.org',
        mailing: mailing.publicId,
        key: claims!.kid,
      }[kind]

      const { exitCode, json } = await run('tokens:revoke', `--${kind}=${which}`, '--json')

      assert.equal(exitCode, 0)
      assert.isObject(json().revoked)
      const answer = await submit('/unsubscribe', { rt: link.token })
      assert.equal(answer.status, 410)
      const [use] = await listUses()
      assert.equal(use.outcome, 'revoked')
    })

  test('{argv}: {says}')
    .with([
      { argv: [], says: 'Say what to withdraw' },
      { argv: ['--subscriber=a@example.org', '--key=k'], says: 'Say what to withdraw' },
      { argv: ['abc'], says: 'neither a jti' },
      { argv: ['--subscriber=eve@example.org'], says: 'Nobody has the address "eve@example.org"' },
      { argv: ['--mailing=none'], says: 'There is no mailing "none".' },
      { argv: ['--key=none'], says: 'There is no key "none".' },
    ])
    .run(async ({ assert }, { argv, says }) => {
      const { exitCode, out, talk } = await run('tokens:revoke', ...argv)

      assert.equal(exitCode, 1)
      assert.equal(out, '')
      assert.include(talk, says)
    })
})

test.group('tokens:prune', (group) => {
  group.each.setup(() => emptyDatabase())

  test('removes nothing that is still good', async ({ assert }) => {
    await rosaOnGarden()
    const link = await newLink()

    const { json } = await run('tokens:prune', '--json')

    assert.deepEqual(json(), { removed: 0 })
    const { outcome } = await verify(link.token)
    assert.equal(outcome, 'good')
  })
})
