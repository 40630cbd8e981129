import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const PATIENCE_MS = 30_000

/** The whole application, as `npm start` runs it, in a process of its own. */
export async function startApplication() {
  const child = spawn(process.execPath, ['bin/start.js', '--migrate', '--work'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = process.env.APP_URL!
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(50)) {
    if (child.exitCode !== null) throw new Error('The application could not start: see above.')
    const answers = await fetch(url).then(
      () => true,
      () => false
    )
    if (answers) return { url, ended, stop: () => stop(child, ended) }
  }
  await stop(child, ended)
  throw new Error(`The application did not answer at ${url} within 30 seconds.`)
}

async function stop(child: ReturnType<typeof spawn>, ended: Promise<void>) {
  child.kill('SIGTERM')
  await ended
}
