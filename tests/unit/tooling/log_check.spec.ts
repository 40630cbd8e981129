import { test } from '@japa/runner'
import { secretsIn } from '#tests/log_check'

const jwt = `eyJ${'hbGciOiJIUzI1NiJ9'}.eyJzdWIiOiJrM3gifQ.c2lnbmF0dXJl`

test.group('Log check | what counts as a secret', () => {
  test('finds {kind} [URL-5]')
    .with([
      { kind: 'a JWT', line: `{"msg":"refused ${jwt}"}` },
      { kind: 'a JWT', line: `{"msg":"cut off ${jwt.slice(0, 20)}"}` },
      { kind: 'a request token in a URL', line: '{"url":"/unsubscribe?rt=abc.def"}' },
      { kind: 'a request token in a URL', line: '{"url":"/x?next=%2Funsubscribe%3Frt%3Dabc"}' },
      { kind: 'a bearer token', line: '{"authorization":"Bearer abcdefghijklmnop"}' },
      { kind: 'a password', line: '{"password":"correct horse battery"}' },
      { kind: 'a password in a URL', line: 'connecting to smtp://news:hunter22@mail.example.org' },
      { kind: 'a password hash', line: '{"row":"$argon2id$v=19$m=65536"}' },
      { kind: 'a private key', line: '-----BEGIN EC PRIVATE KEY-----' },
      { kind: 'a key of this run', line: '{"key":"k-of-this-run"}' },
    ])
    .run(({ assert }, { kind, line }) => {
      const found = secretsIn(`{"msg":"fine"}\n${line}\n`, ['k-of-this-run'])

      assert.deepInclude(found, { line: 2, kind })
    })

  test('passes over {line}')
    .with([
      { line: '{"url":"/unsubscribe?rt=[token]"}' },
      { line: '{"msg":"refused [token]"}' },
      { line: '{"password":"[redacted]"}' },
      { line: '{"url":"http://127.0.0.1:3333/lists","mail":"rosa@example.org"}' },
      { line: '{"start=":"chart=1&part=2"}' },
    ])
    .run(({ assert }, { line }) => {
      assert.deepEqual(secretsIn(line, ['']), [])
    })
})
