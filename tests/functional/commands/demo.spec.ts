import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from '@japa/runner'

const root = fileURLToPath(new URL('../../../', import.meta.url))

const demo = (...flags: string[]) =>
  spawnSync(process.execPath, ['ace.js', 'demo', '--exit', ...flags], {
    cwd: root,
    encoding: 'utf8',
    timeout: 60_000,
  })

test.group('Demo | once round', () => {
  test('shows the status and the audit row of every kind of link', ({ assert }) => {
    const { stdout, stderr, status } = demo('--json')

    assert.equal(status, 0, stderr)
    const { stops, counts } = JSON.parse(stdout)
    assert.deepEqual(
      stops.flatMap(({ status: answered, result, use }: any) =>
        use && answered ? [`${answered} ${result} = ${use.outcome} ${use.statusCode}`] : []
      ),
      [
        '200 viewed = viewed 200',
        '200 used = used 200',
        '200 used = used 200',
        '200 replayed = replayed 200',
        '200 used = used 200',
        '410 replayed = replayed 410',
        '410 expired = expired 410',
        '403 invalid = invalid 403',
        '403 wrong_target = wrong_target 403',
      ]
    )
    assert.include(stops[2].result, '28 sent, 0 failed')
    assert.equal(counts.used, 3)
  }).timeout(90_000)

  test('a scanner that opens every link of every message unsubscribes nobody [UNSUB-7]', ({
    assert,
  }) => {
    const { stdout, status } = demo()

    assert.equal(status, 0)
    assert.match(
      stdout,
      /A scanner opens all 112 links, by HEAD and by GET\s+28 of 28 still subscribed/
    )
    assert.match(stdout, /viewed\s+225/)
  }).timeout(90_000)
})
