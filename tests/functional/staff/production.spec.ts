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

test.group('Staff pages | in production', () => {
  test('the cookie is bound to this host and to https [WEB-4]', async ({ assert, cleanup }) => {
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
    cleanup(async () => {
      server.kill()
      await once(server, 'exit')
      await rm(folder, { recursive: true })
    })

    const answer = await answering(`http://127.0.0.1:${port}/staff/sign-in`)

    assert.equal(answer.status, 200)
    const [cookie, ...more] = answer.headers.getSetCookie()
    assert.lengthOf(more, 0)
    assert.match(cookie, /^__Host-postern=/)
    assert.match(cookie, /; Secure/)
    assert.match(cookie, /; HttpOnly/)
    assert.match(cookie, /; SameSite=Lax/)
    assert.match(cookie, /; Path=\/;/)
    assert.notMatch(cookie, /Domain=/i)
  })
})
