import { test } from '@japa/runner'
import { defineConfig, parseLifetime } from '#request_tokens/main'
import type { RequestTokensConfig } from '#request_tokens/main'

const config = (change: Partial<RequestTokensConfig> = {}): RequestTokensConfig => ({
  issuer: 'https://clinic.example.org',
  subjects: { patient: { load: async (queries) => queries.map(() => null) } },
  scopes: { visit: { expiresIn: '7 days' } },
  ...change,
})

test.group('Configuration of request tokens', () => {
  test('defaults are filled in', ({ assert }) => {
    const { scopes, algorithm, leewaySeconds } = defineConfig(config())

    assert.equal(algorithm, 'HS256')
    assert.equal(leewaySeconds, 30)
    assert.containsSubset(scopes.get('visit'), {
      mode: 'request',
      lifetime: 604_800,
      longest: 604_800,
      maxUses: 1,
    })
  })

  test('a fault names the file and the key: {sentence} [LAW-2, JWT-6]')
    .with([
      {
        change: { scopes: { leave: { expiresIn: '59 days', shortest: '60 days' } } },
        sentence: 'scope "leave" lasts 59 days; give it at least 60 days.',
      },
      {
        change: { scopes: { leave: { expiresIn: '9 days', longest: '8 days' } } },
        sentence: 'scope "leave" has a "longest" below its "expiresIn".',
      },
      {
        change: { scopes: { enter: { expiresIn: '10 minutes', mode: 'session' as const } } },
        sentence: 'scope "enter" has mode session; its subject needs logIn().',
      },
      {
        change: { scopes: { visit: { expiresIn: '1 day', subject: 'doctor' } } },
        sentence: 'scope "visit" names the subject "doctor", which is not configured.',
      },
      {
        change: { scopes: { visit: { expiresIn: '1 day', maxUses: 0 } } },
        sentence: 'scope "visit" has maxUses 0; give it a whole number, or Infinity.',
      },
      { change: { leewaySeconds: 90 }, sentence: 'leewaySeconds is 90; give it 0 to 60.' },
      { change: { issuer: 'clinic' }, sentence: 'issuer is not a URL: "clinic".' },
      { change: { dataColumns: ['a b'] }, sentence: 'dataColumns: "a b" is no column name.' },
    ])
    .run(({ assert }, { change, sentence }) => {
      assert.throws(
        () => defineConfig(config(change as Partial<RequestTokensConfig>)),
        `config/request_tokens.ts: ${sentence}`
      )
    })

  test('a length of time is a number of seconds or an expression', ({ assert }) => {
    assert.equal(parseLifetime(90), 90)
    assert.equal(parseLifetime('7d'), 604_800)
    assert.equal(parseLifetime('10 minutes'), 600)
    for (const wrong of ['soon', '', '-1 day', 0, -5, Number.NaN, '7'])
      assert.throws(() => parseLifetime(wrong), /is not a length of time/)
  })
})
