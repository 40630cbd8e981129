import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const NEEDED_MAJOR = 24
const root = new URL('../', import.meta.url)

/**
 * Runs the same command line with the Node of node_modules when this one is too old.
 * Gives true when it did: the caller then has nothing left to do.
 */
export function handOver() {
  if (Number.parseInt(process.versions.node) >= NEEDED_MAJOR) return false

  const node = fileURLToPath(new URL('node_modules/node/bin/node', root))
  if (!existsSync(node)) {
    process.stderr.write(
      `Postern needs Node ${NEEDED_MAJOR}; this is ${process.versions.node}. Run "npm ci" first: it brings the right one along.\n`
    )
    process.exit(1)
  }

  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal) process.removeAllListeners(signal)
    if (signal) process.kill(process.pid, signal)
    else process.exit(code)
  })
  return true
}

/** In a source checkout TypeScript is compiled on the fly; a build has none. */
export async function startTypeScript() {
  if (existsSync(new URL('bin/console.ts', root))) await import('@poppinss/ts-exec')
}
