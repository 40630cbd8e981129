import { test } from '@japa/runner'
import deliveryConfig from '#config/delivery'
import { readReturnCode, renderFor, returnCode } from '#mailings/main'
import { compiled, LINKS, ROSA } from '#tests/unit/mailings/letters'

const ids = { mailing: 'k3v9a8b7c6d5e4f3', subscriber: '0123456789abcdef' }

test.group('Return address | of a delivery', () => {
  test('is short, lower case and tells the delivery, in any case [SMTP-14]', ({ assert }) => {
    const code = returnCode(ids)

    assert.match(code, /^[a-z0-9-]+$/)
    assert.isAtMost(code.length, 64)
    assert.deepEqual(readReturnCode(code), ids)
    assert.deepEqual(readReturnCode(code.toUpperCase()), ids)
  })

  test('a forged or damaged one tells nothing [SMTP-14]', ({ assert }) => {
    const code = returnCode(ids)

    for (let i = 0; i < code.length; i++) {
      const sign = code[i] === 'x' ? 'y' : 'x'
      assert.isNull(readReturnCode(code.slice(0, i) + sign + code.slice(i + 1)))
    }
    for (const text of ['', 'b', 'b---', `${code}-x`, code.slice(0, -1), 'postmaster'])
      assert.isNull(readReturnCode(text))
  })

  test('stands in the envelope where a domain for bounces is set, else the sender', ({
    assert,
    cleanup,
  }) => {
    assert.equal(renderFor(compiled(), ROSA, LINKS).envelope.from, 'news@example.org')

    const usual = deliveryConfig.returnPathDomain
    cleanup(() => void (deliveryConfig.returnPathDomain = usual))
    deliveryConfig.returnPathDomain = 'bounces.example.org'
    const { from } = renderFor(compiled(), ROSA, LINKS).envelope

    const [local, domain] = from.split('@')
    assert.equal(domain, 'bounces.example.org')
    assert.deepEqual(readReturnCode(local), {
      mailing: 'mailing000000001',
      subscriber: ROSA.publicId,
    })
  })
})
