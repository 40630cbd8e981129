import { writeFileSync } from 'node:fs'
import { bootApplication } from '#benchmarks/harness/application'
import { filledDatabase, queryDatabase } from '#benchmarks/harness/filled_database'
import type { LoadPlan, LoadResult } from '#benchmarks/harness/load'
import { runScript, startServer } from '#benchmarks/harness/processes'
import { say, type Row } from '#benchmarks/harness/report'
import { folder, productionSettings } from '#benchmarks/harness/settings'

const CONNECTIONS = 64
const VIEWS = 40_000
const LEAVES = 20_000
/** Views and leaves before the measured ones, so that the server is warm. */
const WARM_UP = 2000

/** Looking at an unsubscribe page and leaving by one click, against a running server. */
export default {
  title: `Uses of links: ${CONNECTIONS} connections, 100,000 subscribers, 1,000,000 earlier uses`,
  run,
}

async function run(): Promise<Row[]> {
  const bare = await bareRoute()
  const database = await filledDatabase('uses', { subscribers: 100_000, earlierUses: 1_000_000 })
  const files = await mintPaths(database)
  const server = await startServer(['bin/start.js'], (port) => productionSettings(database, port))
  try {
    say(`Server up after ${Math.round(server.startedIn)} ms.`)
    await load({ ...files.warmUp, port: server.port, method: 'GET' })
    const view = await load({ ...files.views, port: server.port, method: 'GET' })
    const afterViews = server.memory()
    await load({ ...files.warmUp, port: server.port, method: 'POST', body: ONE_CLICK })
    const leave = await load({
      ...files.leaves,
      port: server.port,
      method: 'POST',
      body: ONE_CLICK,
    })
    const afterLeaves = server.memory()
    await server.stop()
    await checkDatabase(database)
    return [
      { what: 'bare AdonisJS route', ...bare, isYardstick: true },
      { what: 'viewing GET /unsubscribe', ...view, memory: afterViews, toReach: 4500 },
      { what: 'one-click POST /unsubscribe', ...leave, memory: afterLeaves, toReach: 2200 },
    ]
  } finally {
    await server.stop()
  }
}

const ONE_CLICK = 'List-Unsubscribe=One-Click'

async function bareRoute() {
  const server = await startServer(
    ['--import=@poppinss/ts-exec', 'benchmarks/harness/bare_server.ts'],
    (port) => productionSettings('unused', port)
  )
  try {
    await load({ port: server.port, method: 'GET', path: '/', requests: 20_000 })
    const result = await load({ port: server.port, method: 'GET', path: '/', requests: 150_000 })
    return { ...result, memory: server.memory() }
  } finally {
    await server.stop()
  }
}

async function load(plan: Omit<LoadPlan, 'connections'>) {
  const result = await runScript<LoadResult>('benchmarks/harness/load.ts', {
    connections: CONNECTIONS,
    ...plan,
  })
  if (Object.keys(result.statuses).some((status) => status !== '200'))
    throw new Error(`Not every answer was 200: ${JSON.stringify(result.statuses)}`)
  return result
}

/** A link of its own for each person who leaves; those who only look come back by the same. */
async function mintPaths(database: string) {
  const app = await bootApplication(database)
  const { mint } = await import('#request_tokens/main')
  const people = await queryDatabase<{ id: string }>(
    database,
    `SELECT public_id AS id FROM subscribers ORDER BY public_id LIMIT ${WARM_UP + LEAVES}`
  )
  const links = await mint(
    people.map(({ id }) => ({
      scope: 'unsubscribe',
      target: '/unsubscribe',
      subject: id,
      data: { list: 'benchlist0000001', mailing: 'benchmailing0001' },
    }))
  )
  await app.terminate()
  const paths = links.map(({ url }) => url.slice(new URL(url).origin.length))
  return {
    warmUp: { pathsFile: writePaths('warm_up', paths.slice(0, WARM_UP)) },
    views: { pathsFile: writePaths('leaves', paths.slice(WARM_UP)), requests: VIEWS },
    leaves: { pathsFile: writePaths('leaves', paths.slice(WARM_UP)) },
  }
}

function writePaths(name: string, paths: string[]) {
  const file = `${folder}/${name}.txt`
  writeFileSync(file, `${paths.join('\n')}\n`)
  return file
}

/** Each answered POST has left its mark: a figure for work that was not done is worth nothing. */
async function checkDatabase(database: string) {
  const [counts] = await queryDatabase<Record<string, number>>(
    database,
    `SELECT
      (SELECT count(*) FROM request_token_uses WHERE outcome = 'used' AND scope = 'unsubscribe') AS used,
      (SELECT count(*) FROM request_tokens WHERE uses = 1 AND scope = 'unsubscribe') AS spent,
      (SELECT count(*) FROM subscriptions WHERE status = 'unsubscribed') AS gone,
      (SELECT count(*) FROM consent_events) AS events,
      (SELECT coalesce(sum(times), 0) FROM request_token_uses WHERE outcome = 'viewed' AND scope = 'unsubscribe') AS viewed`
  )
  const expected = {
    used: WARM_UP + LEAVES,
    spent: WARM_UP + LEAVES,
    gone: WARM_UP + LEAVES,
    events: WARM_UP + LEAVES,
    viewed: WARM_UP + VIEWS,
  }
  if (JSON.stringify(counts) !== JSON.stringify(expected))
    throw new Error(
      `The database does not hold what was answered: ${JSON.stringify(counts)}, expected ${JSON.stringify(expected)}.`
    )
  say(`The database holds all of it: ${JSON.stringify(counts)}.`)
}
