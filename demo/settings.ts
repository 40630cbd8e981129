import { mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

/** Everything of the demo lies here; each run begins anew. */
export const demoFolder = fileURLToPath(new URL('../tmp/demo', import.meta.url))

/**
 * The settings of the demo: a database, a mailbox and ports of its own. To be called before the
 * application reads its settings. Nothing of a real set-up is used.
 */
export async function useDemoSettings() {
  rmSync(demoFolder, { recursive: true, force: true })
  mkdirSync(demoFolder, { recursive: true })
  const port = await freePort(3333)
  const smtpPort = await freePort(1025)
  Object.assign(process.env, {
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    PORT: String(port),
    APP_URL: `http://localhost:${port}`,
    DB_CONNECTION: 'sqlite',
    SQLITE_FILE: `${demoFolder}/postern.sqlite3`,
    SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
    MAILBOX_DIR: `${demoFolder}/mailbox`,
    MAIL_FROM: 'Garden Letters <letters@garden.example>',
    POSTAL_ADDRESS: 'Garden Letters, 1 Garden Gate, Exampletown',
    LOG_LEVEL: 'info',
    LOG_FILE: `${demoFolder}/postern.log`,
    LIMITER_STORE: 'memory',
    TRUSTED_PROXIES: '',
  })
}

/** The usual port, or any other when something listens there. */
async function freePort(usual: number) {
  return (await tryPort(usual)) ?? (await tryPort(0))!
}

function tryPort(port: number) {
  return new Promise<number | null>((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(null))
    server.listen(port, '127.0.0.1', () => {
      const { port: found } = server.address() as { port: number }
      server.close(() => resolve(found))
    })
  })
}
