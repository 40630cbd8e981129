import { test } from '@japa/runner'
import { DateTime } from 'luxon'
import {
  ago,
  count,
  exact,
  iso,
  outcomeWords,
  reasonWords,
  scopeWords,
} from '#controllers/staff/wording'
import { refusals } from '#request_tokens/main'
import { LEAVING_REASONS } from '#subscribers/main'

const now = DateTime.fromISO('2026-11-24T21:07:33Z')

test.group('Staff wording', () => {
  test('{before} s ago is "{words}"')
    .with([
      { before: 0, words: 'just now' },
      { before: 44, words: 'just now' },
      { before: 60, words: '1 minute ago' },
      { before: 7200, words: '2 hours ago' },
      { before: 86_400 * 3, words: '3 days ago' },
      { before: -3600, words: 'in 1 hour' },
    ])
    .run(({ assert }, { before, words }) => {
      assert.equal(ago(now.minus({ seconds: before }), now), words)
    })

  test('the exact time is UTC, whatever the zone of the instant [OPS-13]', ({ assert }) => {
    const instant = now.setZone('Asia/Kolkata')

    assert.equal(exact(instant), '24 Nov 2026, 21:07:33 UTC')
    assert.equal(exact(instant.toJSDate()), '24 Nov 2026, 21:07:33 UTC')
    assert.equal(iso(instant), '2026-11-24T21:07:33.000Z')
  })

  test('numbers have their thousands separated', ({ assert }) => {
    assert.equal(count(1_234_567), '1,234,567')
  })

  test('every outcome and every reason for leaving has words', ({ assert }) => {
    const outcomes = [...Object.keys(refusals), 'viewed', 'used', 'failed'] as any[]

    for (const outcome of outcomes) assert.isString(outcomeWords(outcome))
    for (const reason of LEAVING_REASONS) assert.notEqual(reasonWords(reason), reason)
    assert.equal(scopeWords(null), 'Unknown')
  })
})
