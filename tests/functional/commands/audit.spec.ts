import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import { makeList, makeMailing, makeSubscriber } from '#database/factories/main'
import { listUses, mint } from '#request_tokens/main'
import { linkFor } from '#subscribers/main'
import { emptyDatabase } from '#tests/database'
import { run } from '#tests/functional/commands/ace'
import { submit, visit } from '#tests/functional/staff/member'

/** One looked, one left, one used a link twice, and somebody came with nonsense. */
async function aDay() {
  const list = await makeList()
  const people = [
    await makeSubscriber({ list, email: 'rosa@example.org' }),
    await makeSubscriber({ list, email: 'tomas@example.org' }),
  ]
  const mailing = await makeMailing({ list, subject: 'Bulbs for spring' })
  const [rosa, tomas] = await mint(
    people.map(({ publicId }) =>
      linkFor('unsubscribe', {
        subscriber: publicId,
        list: list.publicId,
        mailing: mailing.publicId,
      })
    )
  )
  await visit(tomas.url, { headers: { 'User-Agent': '=cmd|calc' } })
  await submit('/unsubscribe', { rt: rosa.token })
  await submit('/unsubscribe', { rt: rosa.token })
  await visit('/unsubscribe?rt=nonsense')
  return { mailing, people, rosa, tomas }
}

test.group('audit:list', (group) => {
  group.each.setup(() => emptyDatabase())

  test('--json is an array, the newest first [UNSUB-29]', async ({ assert }) => {
    const { people, rosa } = await aDay()

    const uses = (await run('audit:list', '--json')).json()

    assert.deepEqual(
      uses.map((use: any) => [use.outcome, use.method, use.statusCode, use.times]),
      [
        ['invalid', 'GET', 403, 1],
        ['replayed', 'POST', 200, 1],
        ['used', 'POST', 200, 1],
        ['viewed', 'GET', 200, 1],
      ]
    )
    const { at, jti, subject, scope, path, ip, userAgent } = uses[2]
    assert.deepEqual(
      { jti, subject, scope, path, ip, userAgent },
      {
        jti: rosa.jti,
        subject: people[0].publicId,
        scope: 'unsubscribe',
        path: '/unsubscribe',
        ip: '127.0.0.1',
        userAgent: 'node',
      }
    )
    assert.closeTo(Date.parse(at), Date.now(), 30_000)
  })

  test('the table is plain text in columns, times in ISO', async ({ assert }) => {
    await aDay()

    const { out } = await run('audit:list')

    const lines = out.split('\n')
    assert.lengthOf(lines, 5)
    assert.match(lines[0], /^at +outcome +scope +subject +request +from +times +jti$/)
    assert.match(
      lines[2],
      /^\d{4}-\d\d-\d\dT[\d:.]+Z +replayed +unsubscribe +\w+ +POST \/unsubscribe 200/
    )
    assert.notInclude(out, '\u001B')
  })

  test('{flags} finds {outcomes}')
    .with([
      { flags: ['--outcome=used'], outcomes: ['used'] },
      { flags: ['--scope=unsubscribe'], outcomes: ['replayed', 'used', 'viewed'] },
      { flags: ['--subscriber=tomas@example.org'], outcomes: ['viewed'] },
      { flags: ['--mailing=MAILING'], outcomes: ['replayed', 'used', 'viewed'] },
      { flags: ['--limit=2'], outcomes: ['invalid', 'replayed'] },
      { flags: ['--since=1h'], outcomes: ['invalid', 'replayed', 'used', 'viewed'] },
      { flags: ['--since=2999-01-01'], outcomes: [] },
    ])
    .run(async ({ assert }, { flags, outcomes }) => {
      const { mailing } = await aDay()
      const argv = flags.map((flag) => flag.replace('MAILING', mailing.publicId))

      const uses = (await run('audit:list', '--json', ...argv)).json()

      assert.deepEqual(
        uses.map(({ outcome }: any) => outcome),
        outcomes
      )
    })

  test('{flag}: {says}')
    .with([
      { flag: '--outcome=good', says: 'There is no outcome "good". Choose one of: missing' },
      { flag: '--subscriber=eve@example.org', says: 'Nobody has the address' },
      { flag: '--mailing=none', says: 'There is no mailing "none".' },
      { flag: '--since=lately', says: '--since "lately" is no time.' },
      { flag: '--limit=0', says: '--limit must be a whole number from 1' },
    ])
    .run(async ({ assert }, { flag, says }) => {
      const { exitCode, out, talk } = await run('audit:list', '--json', flag)

      assert.equal(exitCode, 1)
      assert.equal(out, '')
      assert.include(talk, says)
    })
})

test.group('audit:report', (group) => {
  group.each.setup(() => emptyDatabase())

  test('counts by outcome, scope, mailing and day, who left, and who only looked', async ({
    assert,
  }) => {
    const { mailing } = await aDay()

    const report = (await run('audit:report', '--json')).json()

    const named = { mailing: mailing.publicId, subject: 'Bulbs for spring' }
    const byName = (rows: any[]) => rows.toSorted((a, b) => (a.outcome > b.outcome ? 1 : -1))
    assert.deepEqual(byName(report.byOutcome), [
      { outcome: 'invalid', count: 1 },
      { outcome: 'replayed', count: 1 },
      { outcome: 'used', count: 1 },
      { outcome: 'viewed', count: 1 },
    ])
    assert.deepEqual(report.byScope, [
      { scope: 'unsubscribe', count: 3 },
      { scope: null, count: 1 },
    ])
    assert.deepEqual(report.byMailing, [
      { ...named, count: 3 },
      { mailing: null, subject: null, count: 1 },
    ])
    assert.deepEqual(report.byDay, [{ day: new Date().toISOString().slice(0, 10), count: 4 }])
    assert.deepEqual(report.leftThrough, [{ ...named, count: 1 }])
    assert.deepEqual(report.neverUsed, [{ scope: 'unsubscribe', count: 1 }])
  })

  test('as text, each count has its title', async ({ assert }) => {
    await aDay()

    const { out } = await run('audit:report')

    for (const title of ['By outcome', 'By scope', 'By mailing', 'By day (UTC)', 'Left through'])
      assert.include(out, `${title}\n`)
    assert.match(out, /Looked at and never used\n +scope +links\n +unsubscribe +1/)
  })
})

test.group('audit:export', (group) => {
  group.each.setup(() => emptyDatabase())

  test('CSV has every use, and no cell that a spreadsheet would run [WEB-10]', async ({
    assert,
    cleanup,
  }) => {
    await aDay()
    const folder = await mkdtemp(join(tmpdir(), 'postern-'))
    cleanup(() => rm(folder, { recursive: true }))
    const file = join(folder, 'audit.csv')

    const { exitCode, talk } = await run('audit:export', `--out=${file}`)

    assert.equal(exitCode, 0)
    assert.include(talk, 'Exported 4 uses.')
    const rows = parse(await readFile(file), { columns: true }) as Record<string, string>[]
    assert.deepEqual(
      rows.map(({ outcome }) => outcome),
      ['viewed', 'used', 'replayed', 'invalid']
    )
    assert.equal(rows[0].userAgent, "'=cmd|calc")
    assert.match(rows[0].at, /^\d{4}-\d\d-\d\dT/)
  })

  test('JSON lines have every use; a file that exists is left alone', async ({
    assert,
    cleanup,
  }) => {
    const { mailing } = await aDay()
    const folder = await mkdtemp(join(tmpdir(), 'postern-'))
    cleanup(() => rm(folder, { recursive: true }))
    const file = join(folder, 'audit.jsonl')
    const argv = ['--format=jsonl', `--mailing=${mailing.publicId}`, `--out=${file}`]

    await run('audit:export', ...argv)
    const again = await run('audit:export', ...argv)

    const text = await readFile(file, 'utf8')
    const uses = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.lengthOf(uses, 3)
    assert.equal(uses[0].userAgent, '=cmd|calc')
    assert.equal(again.exitCode, 1)
    assert.include(again.talk, 'exists')
  })

  test('knows csv and jsonl only', async ({ assert }) => {
    const { exitCode, talk } = await run('audit:export', '--format=xml')

    assert.equal(exitCode, 1)
    assert.include(talk, 'There is no format "xml". Choose csv or jsonl.')
  })
})

test.group('audit:prune', (group) => {
  group.each.setup(() => emptyDatabase())

  test('deletes what is older than AUDIT_RETENTION, and nothing else', async ({ assert }) => {
    const { tomas } = await aDay()
    const old = Date.now() - 401 * 86_400_000
    await db.from('request_token_uses').where('jti', tomas.jti).update({ at: old })

    const { json } = await run('audit:prune', '--json')

    assert.equal(json().removed, 1)
    const uses = await listUses()
    assert.lengthOf(uses, 3)
  })

  test('--older-than takes another age', async ({ assert }) => {
    const { tomas } = await aDay()
    const old = Date.now() - 91 * 86_400_000
    await db.from('request_token_uses').where('jti', tomas.jti).update({ at: old })

    const { out } = await run('audit:prune', '--older-than=90d')

    assert.match(out, /^Deleted 1 use from before \d{4}-/)
    const wrong = await run('audit:prune', '--older-than=all')
    assert.equal(wrong.exitCode, 1)
  })
})
