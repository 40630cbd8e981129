import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
      { kind: 'a password', line: String.raw`{"body":"{\"password\": \"hunter22\"}"}` },
      { kind: 'a password', line: '{"body":"email=rosa%40example.org&password=hunter22"}' },
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

test.group('Log check | as the test run calls it', (group) => {
  let folder: string
  group.each.setup(() => {
    folder = mkdtempSync(join(tmpdir(), 'postern-'))
    return () => rmSync(folder, { recursive: true })
  })

  function check(log: string, env: Record<string, string> = {}) {
    const file = join(folder, 'run.log')
    writeFileSync(file, log)
    return spawnSync(
      process.execPath,
      ['--import=@poppinss/ts-exec', 'tests/log_check.ts', file, join(folder, 'none.log')],
      { encoding: 'utf8', env: { ...process.env, ...env } }
    )
  }

  test('fails for a log with a token, and says where without saying it [URL-5]', ({ assert }) => {
    const { status, stdout } = check(`{"msg":"fine"}\n{"url":"/unsubscribe?rt=${jwt}"}\n`)

    assert.equal(status, 1)
    assert.include(stdout, 'run.log:2 holds a JWT')
    assert.notInclude(stdout, jwt.slice(0, 12))
  })

  test('fails for a log with the key of the run [URL-5]', ({ assert }) => {
    const { status } = check('{"msg":"key is abcdefgh12345678"}\n', { APP_KEY: 'abcdefgh12345678' })

    assert.equal(status, 1)
  })

  test('fails when there was nothing to search where there should be', ({ assert }) => {
    assert.equal(check('', { LOG_NEEDED: 'yes' }).status, 1)
    assert.equal(check('', { LOG_NEEDED: 'no' }).status, 0)
  })

  test('passes a clean log', ({ assert }) => {
    const { status, stdout } = check('{"msg":"request","route":"/unsubscribe"}\n')

    assert.equal(status, 0)
    assert.include(stdout, '1 lines searched, 0 secrets')
  })
})
