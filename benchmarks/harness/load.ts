import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { Stopwatch } from '#benchmarks/harness/measure'

/*
 * A lean HTTP client, run as a process of its own: keep-alive connections, one request after another
 * on each. Prints one JSON document. A general client would take the core that the server needs.
 */
export interface LoadPlan {
  port: number
  connections: number
  method: 'GET' | 'POST'
  /** One path, taken again and again, or a file with one path on each line, each taken once. */
  path?: string
  pathsFile?: string
  body?: string
  /** How many requests; all of the file when left out. */
  requests?: number
}

export interface LoadResult {
  requests: number
  seconds: number
  perSecond: number
  p50: number
  p99: number
  statuses: Record<string, number>
}

const plan = JSON.parse(process.argv[2]) as LoadPlan
const paths = plan.pathsFile
  ? readFileSync(plan.pathsFile, 'utf8').trim().split('\n')
  : [plan.path ?? '/']
const wanted = plan.requests ?? paths.length
const body = plan.body ?? ''
const tail =
  ` HTTP/1.1\r\nHost: bench.example.org\r\nUser-Agent: bench\r\nAccept: text/html\r\n` +
  (plan.method === 'POST'
    ? `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
    : '\r\n')

const watch = new Stopwatch()
const statuses: Record<string, number> = {}
let sent = 0
let answered = 0

const started = performance.now()
await Promise.all(Array.from({ length: plan.connections }, drive))
const seconds = (performance.now() - started) / 1000

process.stdout.write(
  JSON.stringify({
    requests: answered,
    seconds,
    perSecond: answered / seconds,
    p50: watch.percentile(0.5),
    p99: watch.percentile(0.99),
    statuses,
  } satisfies LoadResult)
)

function drive() {
  return new Promise<void>((resolve, reject) => {
    const socket = connect({ port: plan.port, host: '127.0.0.1', noDelay: true })
    let begun = 0
    let pending: Buffer | null = null

    const next = () => {
      if (sent >= wanted) {
        socket.end()
        resolve()
        return
      }
      const path = paths[sent++ % paths.length]
      begun = performance.now()
      socket.write(`${plan.method} ${path}${tail}`, 'latin1')
    }

    socket.on('connect', next)
    socket.on('error', reject)
    socket.on('data', (part: Buffer) => {
      pending = pending ? Buffer.concat([pending, part]) : part
      const status = completeAnswer(pending)
      if (!status) return
      pending = null
      watch.add(performance.now() - begun)
      statuses[status] = (statuses[status] ?? 0) + 1
      answered++
      next()
    })
    socket.on('close', () => {
      if (answered < wanted) reject(new Error('The server closed a connection.'))
    })
  })
}

/** The status of the answer when all of it has come. */
function completeAnswer(data: Buffer) {
  const headEnd = data.indexOf('\r\n\r\n')
  if (headEnd < 0) return null
  const head = data.toString('latin1', 0, headEnd).toLowerCase()
  const status = head.slice(9, 12)
  const length = head.match(/\r\ncontent-length: *(\d+)/)?.[1]
  const isComplete =
    length !== undefined
      ? data.length >= headEnd + 4 + Number(length)
      : /\r\ntransfer-encoding: *chunked/.test(head)
        ? data.toString('latin1', data.length - 5) === '0\r\n\r\n'
        : status === '204' || status === '304'
  return isComplete ? status : null
}
