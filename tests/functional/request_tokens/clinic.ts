import router from '@adonisjs/core/services/router'
import { Exception } from '@adonisjs/core/exceptions'
import type { HttpContext } from '@adonisjs/core/http'
import db from '@adonisjs/lucid/services/db'
import {
  defineConfig,
  mint,
  runStatement,
  type Effect,
  type TokenRequest,
} from '#request_tokens/main'
// eslint-disable-next-line no-restricted-imports
import requestTokens from '#request_tokens/service'
import { middleware } from '#start/kernel'

/*
 * A small application that has nothing to do with mail, to try the core alone: patients of a clinic
 * confirm a visit, or call it off, by a link.
 */
const clinic = defineConfig({
  issuer: process.env.APP_URL!,
  subjects: {
    patient: {
      async load(queries, client) {
        if (queries.some(({ data }) => data.list === 'unreadable'))
          throw new Error('The shelf is on fire')
        const rows = await client.from('clinic_patients').whereIn(
          'public_id',
          queries.map(({ subject }) => subject)
        )
        return queries.map(({ subject }) => rows.find((row) => row.public_id === subject) ?? null)
      },
    },
  },
  scopes: {
    visit: { expiresIn: '7 days' },
    queue: { expiresIn: '7 days' },
    twice: { expiresIn: '7 days', maxUses: 2 },
    call_off: {
      expiresIn: '7 days',
      async isDone({ claims, subject }, client) {
        if (!subject) return true
        const row = await client.from('clinic_patients').where('public_id', claims.sub!).first()
        return row.visits === 0
      },
    },
    board: { mode: 'none', expiresIn: '7 days', maxUses: Number.POSITIVE_INFINITY },
  },
})

let isOpen = false

/** Adds the clinic's scopes and routes, once. Call it while the spec file is being read. */
export function openClinic() {
  if (isOpen) return
  isOpen = true
  for (const [name, scope] of clinic.scopes) requestTokens.config.scopes.set(name, scope)
  for (const scope of ['visit', 'twice', 'call_off', 'board']) {
    router.get(`/clinic/${scope}`, show).use(middleware.requestToken({ scope }))
    router.post(`/clinic/${scope}`, store).use(middleware.requestToken({ scope }))
  }
  router
    .post('/clinic/queue', answerOnly)
    .use(middleware.requestToken({ scope: 'queue', effect: countVisits }))
  router
    .any('/clinic/lobby', ({ requestToken, requestTokenRefusal }: HttpContext) => ({
      patient: requestToken?.subject?.name ?? null,
      refused: requestTokenRefusal?.outcome ?? null,
    }))
    .use(middleware.requestToken({ scope: 'visit', required: false, refused: 'pass' }))
  router
    .get('/clinic/door', ({ requestToken }: HttpContext) => ({
      patient: requestToken?.subject?.name ?? null,
    }))
    .use(middleware.requestToken({ scope: 'visit', required: false }))
  router
    .get('/clinic/who', ({ auth }: HttpContext) => ({ user: (auth.user as any)?.name ?? null }))
    .use([middleware.initAuth(), middleware.requestToken({ scope: 'visit', required: false })])
}

async function show({ requestToken, response }: HttpContext) {
  response.header('Content-Type', 'text/html')
  return `<p>Dear ${requestToken.subject?.name ?? 'visitor'}</p>`
}

/** The effect of a route: one statement for all the uses that share a transaction. */
const countVisits: Effect = async (uses, client) => {
  effects.push(uses.length)
  if (uses.some(({ data }) => data.list === 'poison')) throw new Error('The effect is on fire')
  for (const { claims } of uses)
    await runStatement(
      client,
      'UPDATE clinic_patients SET visits = visits + 1 WHERE public_id = ?',
      [claims.sub]
    )
}

function writeLate(requestToken: HttpContext['requestToken']) {
  try {
    void requestToken.query('SELECT 1')
  } catch (error) {
    lateFaults.push(error)
  }
}

/** What ran after commits, and what was refused because it came too late. */
export const followed: string[] = []
export const lateFaults: unknown[] = []

/** How many uses each call of the effect was for. */
export const effects: number[] = []

function answerOnly({ request, requestToken }: HttpContext) {
  if (request.input('wish') === 'throw') throw new Error('The answer is on fire')
  return { outcome: requestToken.outcome }
}

async function store({ request, requestToken, response }: HttpContext) {
  if (requestToken.outcome === 'replayed') {
    if (request.input('wish') !== 'break replay') return { done: 'before' }
    await requestToken.query('UPDATE clinic_patients SET visits = 9')
    await requestToken.query('SELECT * FROM nowhere')
  }
  const delta = requestToken.scope === 'call_off' ? 'visits = 0' : 'visits = visits + 1'
  await requestToken.query(`UPDATE clinic_patients SET ${delta} WHERE public_id = ?`, [
    requestToken.claims.sub,
  ])
  const wish = request.input('wish')
  if (wish === 'throw') throw new Error('The clinic is on fire')
  if (wish === 'late') setTimeout(() => writeLate(requestToken), 50)
  if (wish === 'follow') requestToken.afterCommit(() => followed.push(requestToken.outcome))
  if (wish === 'follow and fail') {
    requestToken.afterCommit(() => followed.push('never'))
    throw new Error('The clinic is on fire')
  }
  if (wish === 'refuse') throw new Exception('Come back tomorrow', { status: 422 })
  if (wish === 'give back') requestToken.giveBack()
  if (wish === 'fail') response.status(503)
  if (wish === 'teapot') response.status(418)
  if (wish === 'bad sql') await requestToken.query('SELECT * FROM nowhere')
  requestToken.note('seen by the nurse')
  return { done: 'now' }
}

/** Uses of one patient never share a transaction; those of a crowd do. */
export const crowd = Array.from({ length: 40 }, (_value, index) => `patient${index}`)

/** The clinic's table, with its patients; and a flood budget of which nothing is spent. */
export async function makePatients() {
  requestTokens.floods.reset()
  const { schema } = db.connection()
  if (!(await schema.hasTable('clinic_patients')))
    await schema.createTable('clinic_patients', (table) => {
      table.string('public_id').primary()
      table.string('name')
      table.integer('visits')
    })
  await db
    .table('clinic_patients')
    .multiInsert([
      { public_id: 'amal', name: 'Amal', visits: 0 },
      { public_id: 'bo', name: 'Bo', visits: 0 },
      ...crowd.map((publicId) => ({ public_id: publicId, name: publicId, visits: 0 })),
    ])
}

export async function dropPatients() {
  await db.connection().schema.dropTableIfExists('clinic_patients')
}

export async function visitsOfCrowd(): Promise<number> {
  const [{ sum }] = await db
    .from('clinic_patients')
    .whereIn('public_id', crowd)
    .sum('visits as sum')
  return Number(sum)
}

export async function visitsOf(patient: string): Promise<number> {
  const row = await db.from('clinic_patients').where('public_id', patient).first()
  return row.visits
}

/** A link for Amal, as `scope` allows it, with anything of it changed. */
export async function link(change: Partial<TokenRequest> & { at?: Date } = {}) {
  const { at, ...request } = change
  const scope = request.scope ?? 'visit'
  const [minted] = await mint(
    [
      {
        scope,
        target: `/clinic/${scope}`,
        subject: scope === 'board' ? undefined : 'amal',
        data: { list: 'letters' },
        ...request,
      },
    ],
    { at }
  )
  const url = new URL(minted.url)
  return { ...minted, path: url.pathname + url.search }
}

export const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000)
