import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { root } from '#benchmarks/harness/settings'

export interface Running {
  port: number
  /** Milliseconds from the start to the first accepted connection. */
  startedIn: number
  /** Resident memory in bytes. */
  memory(): number
  stop(): Promise<void>
}

/** Set it to look inside the server, e.g. to "--cpu-prof --cpu-prof-dir=tmp/bench". */
const serverFlags = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter(Boolean)

/** Each request leaves much that is soon forgotten: more room for it means fewer collections. */
const AS_NPM_START = '--max-semi-space-size=32'
const TYPESCRIPT = '--import=@poppinss/ts-exec'

/** Starts a server as a process of its own, and comes back when it listens. */
export async function startServer(
  args: string[],
  settings: (port: number) => Record<string, string>
): Promise<Running> {
  const port = await freePort()
  const started = performance.now()
  const child = spawn(process.execPath, [AS_NPM_START, ...serverFlags, ...args], {
    cwd: root,
    env: { ...process.env, ...settings(port), PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await listening(child, port)
  return {
    port,
    startedIn: performance.now() - started,
    memory: () => residentMemory(child.pid!),
    stop: () => stop(child),
  }
}

/** Runs a script of the benchmarks to its end and gives the JSON that it prints. */
export async function runScript<Result>(file: string, input: unknown): Promise<Result> {
  const child = spawn(process.execPath, [TYPESCRIPT, file, JSON.stringify(input)], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (part) => (output += part))
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0) throw new Error(`${file} ended with ${code}.`)
  return JSON.parse(output)
}

async function listening(child: ChildProcess, port: number) {
  for (const end = performance.now() + 30_000; performance.now() < end; await wait(5)) {
    if (child.exitCode !== null)
      throw new Error(`The server ended with ${child.exitCode} before it listened.`)
    if (await accepts(port)) return
  }
  await stop(child)
  throw new Error('The server did not listen within 30 seconds.')
}

function accepts(port: number) {
  return new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => (socket.destroy(), resolve(true)))
    socket.on('error', () => resolve(false))
  })
}

async function stop(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(timer)
}

function residentMemory(pid: number) {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) * 1024
}

function freePort() {
  return new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
