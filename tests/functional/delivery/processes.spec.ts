import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import app from '@adonisjs/core/services/app'
import { test } from '@japa/runner'
import deliveryConfig from '#config/delivery'
import Delivery from '#models/delivery'
import { deliverPending, mailingStatus, sendMailing } from '#delivery/main'
import { emptyDatabase } from '#tests/database'
import { makePost, openSink } from '#tests/functional/delivery/post_office'

type Cleanup = (undo: () => Promise<void> | void) => void

/** A process of its own, on the database of this run unless told otherwise. */
function start(cleanup: Cleanup, argv: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, argv, {
    cwd: app.makePath(),
    env: { ...process.env, SMTP_URL: deliveryConfig.smtpUrl, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exit = once(child, 'exit') as Promise<[number | null, string | null]>
  const talk = text(child.stderr)
  child.stdout.resume()
  cleanup(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await exit
  })
  return { child, exit, talk }
}

/** Beside the one that this run listens on. */
const freePort = String(20_000 + (process.pid % 20_000) + 7)

async function until(isSo: () => boolean | Promise<boolean>) {
  for (let i = 0; i < 400; i++) {
    if (await isSo()) return
    await sleep(50)
  }
  throw new Error('It did not come to that within 20 seconds.')
}

test.group('Worker | a process of its own', (group) => {
  group.each.setup(() => emptyDatabase())
  group.each.timeout(60_000)

  test('SIGTERM to {$self}: what is in flight is finished, the rest waits, exit 0 [OPS-5]')
    .with(['ace.js work', 'bin/start.js --work'])
    .run(async ({ assert, cleanup }, argv) => {
      const sink = await openSink(cleanup, { delay: 40 })
      const { id } = await makePost(60)
      await sendMailing(id)
      const { child, exit } = start(cleanup, argv.split(' '), { PORT: freePort })
      await until(() => sink.messages.length >= 8)

      child.kill('SIGTERM')
      const [code] = await exit

      assert.equal(code, 0)
      const { counts } = await mailingStatus(id)
      assert.equal(counts.sent, sink.messages.length)
      assert.include(counts, { claimed: 0, uncertain: 0, failed: 0 })
      assert.isAbove(counts.pending, 0)
    })

  test('SIGTERM to a send that waits for the server: it ends, and nothing is lost [OPS-5]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup)
    await sink.stop()
    const { id } = await makePost(3)
    const { child, exit, talk } = start(cleanup, ['ace.js', 'mailings:send', id, '--wait'])
    await until(async () => {
      const { status } = await mailingStatus(id)
      return status === 'sending'
    })
    await sleep(1_000)

    child.kill('SIGTERM')
    await exit

    assert.match(await talk, /^The mail server is away: [^\n]+\n$/)
    const { counts } = await mailingStatus(id)
    assert.equal(counts.pending, 3)
  })

  test('kill -9: the next worker sends the rest, nobody twice, at most one uncertain per connection [SMTP-6, SMTP-7, SMTP-8, SMTP-9, OPS-5]', async ({
    assert,
    cleanup,
  }) => {
    const sink = await openSink(cleanup, { delay: 20 })
    const { id, mailing } = await makePost(60)
    await sendMailing(id)
    const { child, exit } = start(cleanup, ['ace.js', 'work'])
    await until(() => sink.messages.length >= 10)
    child.kill('SIGKILL')
    await exit
    await sleep(100) // what was under way at the sink ends
    const expired = { leaseUntil: Date.now() - 1 }
    await Delivery.query().where({ mailing_id: mailing.id, status: 'claimed' }).update(expired)

    await deliverPending()

    const { counts, status } = await mailingStatus(id)
    assert.equal(status, 'sent')
    assert.equal(counts.sent + counts.uncertain, 60)
    assert.isAtMost(counts.uncertain, deliveryConfig.connections)
    assert.lengthOf(new Set(sink.recipients()), sink.messages.length)
    assert.isAtLeast(sink.messages.length, counts.sent)
  })
})

test.group('Start | of the web process', (group) => {
  group.each.timeout(60_000)

  async function newDatabase(cleanup: Cleanup) {
    const folder = await mkdtemp(join(tmpdir(), 'postern-start-'))
    cleanup(() => rm(folder, { recursive: true }))
    const port = freePort
    return {
      DB_CONNECTION: 'sqlite',
      SQLITE_FILE: join(folder, 'db.sqlite3'),
      LOG_FILE: join(folder, 'log'),
      PORT: port,
      APP_URL: `http://127.0.0.1:${port}`,
    }
  }

  test('on a database that is behind it refuses with one sentence', async ({ assert, cleanup }) => {
    const env = await newDatabase(cleanup)

    for (const argv of [['bin/start.js'], ['ace.js', 'lists:list']]) {
      const { exit, talk } = start(cleanup, argv, env)
      const [code] = await exit
      assert.equal(code, 1)
      assert.match(
        await talk,
        /^(Postern cannot start:\n {2})?The database is behind by \d+ migrations\. Bring it up to date with "node ace migration:run --force", or start with "npm start"\.\n$/
      )
    }
  })

  test('with --migrate it brings the database up to date, and answers', async ({
    assert,
    cleanup,
  }) => {
    const env = await newDatabase(cleanup)
    const { child, exit } = start(cleanup, ['bin/start.js', '--migrate', '--work'], env)

    await until(() =>
      fetch(env.APP_URL).then(
        (answer) => answer.ok,
        () => false
      )
    )
    child.kill('SIGTERM')
    const [code] = await exit

    assert.equal(code, 0)
  })

  test('told to end at its very first answer it ends, every time', async ({ assert, cleanup }) => {
    const env = await newDatabase(cleanup)

    for (let time = 0; time < 5; time++) {
      const { child, exit } = start(cleanup, ['bin/start.js', '--migrate', '--work'], env)
      while (!(await fetch(env.APP_URL).catch(() => null))) await sleep(5)
      child.kill('SIGTERM')
      assert.deepEqual(await exit, [0, null])
    }
  }).timeout(90_000)

  test('a flag that there is not is refused', async ({ assert, cleanup }) => {
    const { exit, talk } = start(cleanup, ['bin/start.js', '--wrok'])

    const [code] = await exit
    assert.equal(code, 1)
    assert.match(await talk, /^Postern cannot start:\n {2}Unknown option '--wrok'/)
  })
})
