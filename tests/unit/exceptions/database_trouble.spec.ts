import { test } from '@japa/runner'
import { isDatabaseTrouble } from '#exceptions/database_trouble'

const coded = (code: string, message = 'it failed') => Object.assign(new Error(message), { code })

test.group('Database trouble', () => {
  test('{code} may pass if one tries again')
    .with(
      [
        'SQLITE_BUSY',
        'SQLITE_CANTOPEN',
        'ECONNREFUSED',
        '57P01',
        '57P03',
        '53300',
        '08006',
        '40P01',
      ].map((code) => ({ code }))
    )
    .run(({ assert }, { code }) => {
      assert.isTrue(isDatabaseTrouble(coded(code)))
    })

  test('a connection that is cut has no code, but says so', ({ assert }) => {
    assert.isTrue(isDatabaseTrouble(new Error('Connection terminated unexpectedly')))
    assert.isTrue(isDatabaseTrouble(Object.assign(new Error('full'), { name: 'KnexTimeoutError' })))
  })

  test('{name} does not pass by waiting')
    .with([
      { name: 'a broken rule', error: coded('SQLITE_CONSTRAINT') },
      { name: 'a doubled key', error: coded('23505') },
      { name: 'a missing table', error: coded('42P01') },
      { name: 'any other error', error: new TypeError('x is not a function') },
      { name: 'no error', error: null },
    ])
    .run(({ assert }, { error }) => {
      assert.isFalse(isDatabaseTrouble(error))
    })
})
