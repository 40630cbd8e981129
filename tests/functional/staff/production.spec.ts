import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { test } from '@japa/runner'
import { csrfOf } from '#tests/functional/staff/member'

const root = fileURLToPath(new URL('../../../', import.meta.url))

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return String(port)
}

async function answering(url: string) {
  for (;;) {
    try {
      return await fetch(url)
    } catch {
      await wait(50)
    }
  }
}

/** A server of its own with real settings, and a database of its own. */
async function productionServer() {
  const folder = await mkdtemp(join(tmpdir(), 'postern-'))
  const port = await freePort()
  const env = {
    PATH: process.env.PATH,
    ENV_PATH: folder,
    NODE_ENV: 'production',
    APP_KEY: randomBytes(32).toString('base64url'),
    APP_URL: 'https://lists.example.org',
    HOST: '127.0.0.1',
    PORT: port,
    SQLITE_FILE: join(folder, 'postern.sqlite3'),
    SMTP_URL: 'smtp://mail.example.org',
    MAIL_FROM: 'news@example.org',
    LOG_LEVEL: 'silent',
  }
  const options = { cwd: root, env, stdio: 'ignore' } as const
  await once(spawn(process.execPath, ['ace.js', 'migration:run', '--force'], options), 'exit')
  const server = spawn(process.execPath, ['bin/start.js'], options)
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.kill()
      await once(server, 'exit')
      await rm(folder, { recursive: true })
    },
  }
}

test.group('Staff pages | in production', () => {
  test('the cookie is bound to this host and to https, and limits are shared [WEB-3, WEB-4]', async ({
    assert,
    cleanup,
  }) => {
    const server = await productionServer()
    cleanup(() => server.stop())

    const answer = await answering(`${server.url}/staff/sign-in`)

    assert.equal(answer.status, 200)
    const [cookie, ...more] = answer.headers.getSetCookie()
    assert.lengthOf(more, 0)
    assert.match(cookie, /^__Host-postern=/)
    assert.match(cookie, /; Secure/)
    assert.match(cookie, /; HttpOnly/)
    assert.match(cookie, /; SameSite=Lax/)
    assert.match(cookie, /; Path=\/;/)
    assert.notMatch(cookie, /Domain=/i)

    const body = { email: 'eve@example.org', _csrf: csrfOf(await answer.text()) }
    const statuses: number[] = []
    for (let i = 0; i < 11; i++) {
      const asked = await fetch(`${server.url}/staff/sign-in`, {
        method: 'POST',
        headers: { Cookie: cookie.split(';')[0] },
        body: new URLSearchParams(body),
      })
      statuses.push(asked.status)
    }
    assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 200), 429])
  })
})
