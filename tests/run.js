/*
 * The suites, each in a process, with a database and a port of its own: node tests/run.js [NAME…] [-- JAPA ARGUMENTS]
 * Without a name: lint, types and format first, then every suite whose parts this machine has.
 * Ends with "N passed, N failed".
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const tmp = `${root}tmp/tests`
const bin = (path) => `${root}node_modules/${path}`
const node = existsSync(bin('node/bin/node')) ? bin('node/bin/node') : process.execPath
const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium'
const pgUrl = process.env.TEST_DATABASE_URL

const checks = {
  lint: [bin('eslint/bin/eslint.js'), '.', '--max-warnings=0'],
  types: [bin('typescript/bin/tsc'), '--noEmit'],
  format: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'],
}
const suites = {
  unit: { run: ['unit'] },
  functional: { run: ['functional'] },
  browser: { run: ['browser'], needs: existsSync(chromium) ? null : 'Chromium (Debian: chromium)' },
  pg: {
    run: ['unit', 'functional'],
    pg: true,
    needs: pgUrl ? null : 'PostgreSQL (TEST_DATABASE_URL)',
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

const total = { passed: 0, failed: 0, skipped: 0 }
const leftOut = []
mkdirSync(tmp, { recursive: true })

for (const name of wanted) {
  const suite = suites[name]
  if (suite?.needs) {
    leftOut.push(`${name}: needs ${suite.needs}`)
    continue
  }
  process.stdout.write(`\n== ${name}\n`)
  if (suite) await runSuite(name, suite)
  else await runCheck(checks[name])
}

for (const line of leftOut) process.stdout.write(`\nLeft out: ${line}`)
process.stdout.write(
  `\n${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}\n`
)
process.exit(total.failed > 0 ? 1 : 0)

async function runCheck(args) {
  const { code } = await run(args)
  total[code === 0 ? 'passed' : 'failed']++
}

async function runSuite(name, suite) {
  const id = `${name}_${process.pid}`
  const database = suite.pg ? await createDatabase(`postern_test_${id}`) : null
  const port = await freePort()
  const { code, output } = await run(
    ['--import=@poppinss/ts-exec', 'bin/test.ts', ...suite.run, ...passOn],
    {
      NODE_ENV: 'test',
      TZ: process.env.TZ ?? 'Asia/Kolkata',
      HOST: '127.0.0.1',
      PORT: String(port),
      APP_URL: `http://127.0.0.1:${port}`,
      LOG_LEVEL: 'debug',
      LOG_FILE: `${tmp}/${id}.log`,
      SQLITE_FILE: `${tmp}/${id}.sqlite3`,
      CHROMIUM: chromium,
      ...(database && { DB_CONNECTION: 'pg', DATABASE_URL: database.url }),
    }
  )
  const line = output.match(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/m)
  total.passed += Number(line?.[1] ?? 0)
  total.failed += Number(line?.[2] ?? 0) || (code === 0 ? 0 : 1)
  total.skipped += Number(line?.[3] ?? 0)
  await database?.drop()
  for (const end of ['.sqlite3', '.sqlite3-wal', '.sqlite3-shm', ...(code === 0 ? ['.log'] : [])])
    rmSync(`${tmp}/${id}${end}`, { force: true })
}

function run(args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(node, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', (part) => {
      process.stdout.write(part)
      output = (output + part).slice(-100_000)
    })
    child.on('close', (code) => resolve({ code, output }))
  })
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
