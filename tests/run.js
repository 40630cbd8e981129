/*
 * The suites, each in a process, with a database and a port of its own: node tests/run.js [NAME…] [-- JAPA ARGUMENTS]
 * Without a name: lint, types and format first, then every suite whose parts this machine has.
 * After each suite its log is searched for tokens, passwords and keys. Ends with "N passed, N failed".
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createWriteStream, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const tmp = `${root}tmp/tests`
const bin = (path) => `${root}node_modules/${path}`
const node = existsSync(bin('node/bin/node')) ? bin('node/bin/node') : process.execPath
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium'
const pgUrl = process.env.TEST_DATABASE_URL
const suiteMinutes = 30
const typescript = '--import=@poppinss/ts-exec'

const checks = {
  lint: [bin('eslint/bin/eslint.js'), '.', '--max-warnings=0'],
  types: [bin('typescript/bin/tsc'), '--noEmit'],
  format: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'],
}
/* No zone is UTC: a time that leans on the zone of the server shows. */
const suites = {
  unit: { run: ['unit'], zone: 'Asia/Kolkata' },
  functional: { run: ['functional'], zone: 'Asia/Kolkata', logs: true },
  browser: {
    run: ['browser'],
    zone: 'Pacific/Chatham',
    logs: true,
    needs: existsSync(chromium) ? null : 'Chromium (Debian: chromium)',
  },
  pg: {
    run: ['unit', 'functional'],
    zone: 'America/St_Johns',
    logs: true,
    pg: true,
    needs: pgUrl ? null : 'PostgreSQL (TEST_DATABASE_URL=postgres://user@host/postgres)',
  },
}

const split = process.argv.indexOf('--')
const words = process.argv.slice(2, split < 0 ? undefined : split)
const names = words.filter((word) => !word.startsWith('-'))
const passOn = [
  ...words.filter((word) => word.startsWith('-')),
  ...(split < 0 ? [] : process.argv.slice(split + 1)),
]
const wanted = names.length > 0 ? names : [...Object.keys(checks), ...Object.keys(suites)]

const unknown = wanted.filter((name) => !checks[name] && !suites[name])
if (unknown.length > 0) {
  const known = [...Object.keys(checks), ...Object.keys(suites)].join(', ')
  process.stderr.write(`There is no suite "${unknown.join('", "')}". Name one of: ${known}.\n`)
  process.exit(1)
}

const lines = []
const total = { passed: 0, failed: 0, skipped: 0 }
let child = null
let stopped = null
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    stopped = signal
    child?.kill(signal)
  })

mkdirSync(tmp, { recursive: true })
removeOldFiles()
for (const name of wanted) {
  if (!stopped) await runOne(name)
}

process.stdout.write(`\n${lines.join('\n')}\n`)
if (stopped) process.stdout.write(`Stopped by ${stopped}: what follows is not all.\n`)
process.stdout.write(`${sumLine(total)}\n`)
process.exit(stopped || total.failed > 0 ? 1 : 0)

async function runOne(name) {
  const suite = suites[name]
  if (suite?.needs) {
    lines.push(`${name.padEnd(11)} left out: needs ${suite.needs}`)
    return
  }
  process.stdout.write(`\n== ${name}\n`)
  const started = performance.now()
  const counts = suite ? await runSuite(name, suite) : await runCheck(checks[name])
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  for (const key of Object.keys(total)) total[key] += counts[key]
  lines.push(`${name.padEnd(11)} ${sumLine(counts)} (${seconds} s)`)
}

async function runCheck(args) {
  const { code } = await run(args)
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 }
}

async function runSuite(name, suite) {
  const id = `${name}_${process.pid}`
  const database = suite.pg ? await createDatabase(`postern_test_${id}`) : null
  const port = await freePort()
  const env = {
    NODE_ENV: 'test',
    TZ: process.env.TZ ?? suite.zone,
    HOST: '127.0.0.1',
    PORT: String(port),
    APP_URL: `http://127.0.0.1:${port}`,
    APP_KEY: randomBytes(32).toString('base64url'),
    LOG_LEVEL: 'trace',
    LOG_FILE: `${tmp}/${id}.log`,
    SQLITE_FILE: `${tmp}/${id}.sqlite3`,
    SMTP_URL: `smtp://127.0.0.1:${await freePort()}`,
    CHROMIUM: chromium,
    ...(database && { DB_CONNECTION: 'pg', DATABASE_URL: database.url }),
  }
  const stderrFile = `${tmp}/${id}.stderr.log`
  const { code, output } = await run([typescript, 'bin/test.ts', ...suite.run, ...passOn], env, {
    stderrFile,
  })
  await database?.drop()
  const counts = countsIn(output, code)
  const isClean = await searchLogs([env.LOG_FILE, stderrFile], env, suite)
  counts[isClean ? 'passed' : 'failed']++
  if (passOn.length === 0 && counts.passed + counts.failed + counts.skipped === 1) {
    process.stdout.write(`  the suite "${name}" has no test\n`)
    counts.failed++
  }

  const kept = code === 0 && isClean ? [] : [env.LOG_FILE, stderrFile]
  removeFiles((file) => file.startsWith(`${id}.`) && !kept.includes(`${tmp}/${file}`))
  if (kept.length > 0) process.stdout.write(`  log kept: tmp/tests/${id}.log\n`)
  return counts
}

/** No token, password or key in any log line of the run. */
async function searchLogs(files, { APP_KEY }, suite) {
  process.stdout.write('\nNo log line of this run holds a token, a password or a key [URL-5]\n')
  const LOG_NEEDED = suite.logs && passOn.length === 0 ? 'yes' : 'no'
  const { code } = await run([typescript, 'tests/log_check.ts', ...files], { APP_KEY, LOG_NEEDED })
  return code === 0
}

/** The last closing line of the run; a run that failed without one counts as one failure. */
function countsIn(output, code) {
  const line = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1)
  const [passed, failed, skipped] = (line?.slice(1) ?? []).map((number) => Number(number ?? 0))
  return { passed: passed ?? 0, failed: failed || (code === 0 ? 0 : 1), skipped: skipped ?? 0 }
}

function sumLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`
}

function run(args, env = {}, { stderrFile } = {}) {
  return new Promise((resolve) => {
    child = spawn(node, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', stderrFile ? 'pipe' : 'inherit'],
    })
    const timer = setTimeout(() => {
      process.stdout.write(`Stopped after ${suiteMinutes} minutes.\n`)
      child.kill('SIGKILL')
    }, suiteMinutes * 60_000)
    let output = ''
    child.stdout.on('data', (part) => {
      process.stdout.write(part)
      output = (output + part).slice(-100_000)
    })
    if (stderrFile) {
      child.stderr.pipe(process.stderr, { end: false })
      child.stderr.pipe(createWriteStream(stderrFile))
    }
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code: code ?? 1, output })
    })
  })
}

/** What killed runs have left behind. */
function removeOldFiles() {
  const yesterday = Date.now() - 24 * 60 * 60_000
  removeFiles((file) => statSync(`${tmp}/${file}`).mtimeMs < yesterday)
}

function removeFiles(isUnwanted) {
  for (const file of readdirSync(tmp))
    if (isUnwanted(file)) rmSync(`${tmp}/${file}`, { force: true, recursive: true })
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

async function createDatabase(name) {
  const { default: pg } = await import('pg')
  const admin = new pg.Client({ connectionString: pgUrl })
  await admin.connect()
  await admin.query(`CREATE DATABASE "${name}"`)
  const url = new URL(pgUrl)
  url.pathname = `/${name}`
  return {
    url: url.href,
    async drop() {
      await admin.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)
      await admin.end()
    },
  }
}
