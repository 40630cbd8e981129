import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { folder } from '#benchmarks/harness/settings'

/** One line of a benchmark's table. */
export interface Row {
  what: string
  perSecond: number
  p50: number
  p99: number
  /** Resident memory of the process that did the work, in bytes. */
  memory?: number
  /** Marks what the others are compared with. */
  isYardstick?: boolean
  /** The rate that design section 11 asks for. */
  toReach?: number
}

const MEGABYTE = 1024 * 1024
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** Says what was measured, when and on what: a figure without these is none. */
export async function printHeader(title: string) {
  print(title)
  print(
    `${new Date().toISOString().slice(0, 16)}Z · ${availableParallelism()} cores ${cpus()[0].model.trim()} · ` +
      `${whole.format(totalmem() / MEGABYTE / 1024)} GB · ${process.platform} · Node ${process.versions.node} · ` +
      `a write forced to this disk takes ${syncMilliseconds().toFixed(2)} ms\n`
  )
}

export function printTable(rows: Row[]) {
  const yardstick = rows.find((row) => row.isYardstick)
  const lines = rows.map((row) => [
    row.what,
    whole.format(row.perSecond),
    row.p50.toFixed(2),
    row.p99.toFixed(2),
    row.memory ? whole.format(row.memory / MEGABYTE) : '',
    yardstick ? (row.perSecond / yardstick.perSecond).toFixed(2) : '',
    row.toReach ? `${whole.format(row.toReach)} ${verdict(row)}` : '',
  ])
  const head = ['', 'per second', 'p50 ms', 'p99 ms', 'memory MB', 'of yardstick', 'to reach']
  const widths = head.map((_cell, i) => Math.max(...[head, ...lines].map((line) => line[i].length)))
  for (const line of [head, ...lines])
    print(
      line
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join('  ')
    )
}

export function print(line: string) {
  process.stdout.write(`${line}\n`)
}

/** Talk about what goes on, away from the table. */
export function say(line: string) {
  process.stderr.write(`${line}\n`)
}

function verdict({ perSecond, toReach }: Row) {
  return perSecond >= toReach! ? '✓' : '✗'
}

/** The median of what each durable commit costs at least. */
function syncMilliseconds() {
  mkdirSync(folder, { recursive: true })
  const name = `${folder}/sync`
  const file = openSync(name, 'w')
  const page = Buffer.alloc(4096, 1)
  const times = Array.from({ length: 101 }, () => {
    const started = performance.now()
    writeSync(file, page)
    fsyncSync(file)
    return performance.now() - started
  })
  closeSync(file)
  rmSync(name)
  return times.sort((a, b) => a - b)[50]
}
