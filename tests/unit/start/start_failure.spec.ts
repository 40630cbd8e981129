import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from '@japa/runner'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** A real process that knows nothing but these settings. */
function start(script: string[], settings: Record<string, string>) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      script,
      {
        cwd: root,
        env: { PATH: process.env.PATH, ENV_PATH: tmpdir(), ...settings },
        timeout: 20_000,
      },
      (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), stdout, stderr })
      }
    )
  })
}

const PROGRAMS = [
  { name: 'the server', script: ['bin/start.js'] },
  { name: 'a command', script: ['ace.js', 'list:routes'] },
]

test.group('Start | with wrong settings', () => {
  test('{name} says each fault in a line and exits 1, without a stack [JWT-2, WEB-16]')
    .with(PROGRAMS)
    .run(async ({ assert }, { script }) => {
      const { code, stdout, stderr } = await start(script, {
        NODE_ENV: 'production',
        APP_KEY: 'short',
        APP_URL: 'http://lists.example.org',
        PORT: '99999',
        SQLITE_FILE: '/tmp/none.sqlite3',
        SMTP_URL: 'smtp://mail.example.org',
      })

      assert.equal(code, 1)
      assert.equal(stdout, '')
      assert.deepEqual(stderr.trimEnd().split('\n'), [
        'Postern cannot start:',
        '  MAIL_FROM is missing. Set it to the sender, e.g. News <news@lists.example.org>.',
        '  APP_KEY is too short: 5 characters, at least 32 are needed. Make one with "node ace generate:key --show".',
        '  PORT must be a whole number from 1 to 65535; it is "99999".',
        '  APP_URL must be https in production; it is "http://lists.example.org".',
      ])
    })

  test('{name} names the secret file that it cannot read')
    .with(PROGRAMS)
    .run(async ({ assert }, { script }) => {
      const { code, stderr } = await start(script, { APP_KEY: 'file:/nowhere/key' })

      assert.equal(code, 1)
      assert.equal(
        stderr,
        'Postern cannot start:\n  APP_KEY names the file /nowhere/key, which cannot be read (ENOENT).\n'
      )
    })

  test('a weak key in a secret file is refused like any other [JWT-2, WEB-16]', async ({
    assert,
    cleanup,
  }) => {
    const folder = await mkdtemp(join(tmpdir(), 'postern-'))
    cleanup(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'key'), 'changeme\n')

    const { code, stderr } = await start(['bin/start.js'], {
      APP_KEY: `file:${join(folder, 'key')}`,
    })

    assert.equal(code, 1)
    assert.include(stderr, 'APP_KEY is too short: 8 characters')
  })

  test('a taken port is said in a sentence', async ({ assert, cleanup }) => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    cleanup(() => void other.close())
    const { port } = other.address() as AddressInfo

    const { code, stderr } = await start(['bin/start.js', '--migrate'], {
      PORT: String(port),
      SQLITE_FILE: ':memory:',
    })

    assert.equal(code, 1)
    assert.equal(
      stderr,
      `Postern cannot start:\n  127.0.0.1:${port} is taken by another program. Stop that one, or set PORT to another number.\n`
    )
  })
})
