import { test } from '@japa/runner'
import router from '@adonisjs/core/services/router'
import db from '@adonisjs/lucid/services/db'
import requestTokens from '#config/request_tokens'
import { makeList, makeMailing, makeSubscriber, makeUser } from '#database/factories/main'
import { countUses, mint, type TokenData } from '#request_tokens/main'
import { emptyDatabase } from '#tests/database'
import { base, visit } from '#tests/functional/public/visitor'

/** What each kind of link opens. A scope of the configuration that is not here fails. */
const TARGETS: Record<string, string> = {
  unsubscribe: '/unsubscribe',
  preferences: '/preferences',
  view: '/view',
  preview: '/view',
  confirm: '/confirm',
  change_email: '/change-email',
  export: '/my-data/export',
  erase: '/my-data/erase',
  undo: '/unsubscribe/undo',
  reason: '/unsubscribe/reason',
  sign_in: '/staff/sign-in/link',
}

/** The routes that judge a token, with their methods. A route with a token that is not here fails. */
const ROUTES: Record<string, string[]> = {
  '/unsubscribe': ['GET', 'HEAD', 'POST'],
  '/unsubscribe/undo': ['POST'],
  '/unsubscribe/reason': ['POST'],
  '/preferences': ['GET', 'HEAD', 'POST'],
  '/view': ['GET', 'HEAD'],
  '/staff/sign-in/link': ['GET', 'HEAD', 'POST'],
}

/** Every form of the product at once: whatever a wrong door would do, it would be asked to. */
const WISHES = {
  'List-Unsubscribe': 'One-Click',
  'form': 'preferences',
  'name': 'Somebody Else',
  'weekly_limit': '1',
  'leave': 'everything',
  'reason': 'other',
  'comment': 'not mine',
}

/** What any request may add to: the audit, the first key, and sessions, which are looked at apart. */
const LEFT_OUT = ['request_token_uses', 'sqlite_sequence', 'signing_keys', 'sessions']

let subjects: { subscriber: string; staff: string }
let data: TokenData

async function start() {
  await emptyDatabase()
  const list = await makeList({ name: 'Garden News' })
  const mailing = await makeMailing({ list })
  const rosa = await makeSubscriber({ email: 'rosa@example.org', name: 'Rosa', list })
  const ada = await makeUser({ email: 'ada@example.org' })
  subjects = { subscriber: rosa.publicId, staff: ada.publicId }
  data = { list: list.publicId, mailing: mailing.publicId, use: 'x'.repeat(22) }
}

async function tokenFor(scope: string, target: string) {
  const { mode } = requestTokens.scopes.get(scope)!
  const subject = { none: undefined, session: subjects.staff, request: subjects.subscriber }[mode]
  const [{ token }] = await mint([{ scope, target, subject, data }])
  return token
}

function present(path: string, method: string, token: string) {
  const headers = { Accept: 'application/json' }
  if (method !== 'POST') return visit(`${path}?rt=${token}`, { method, headers })
  const body = new URLSearchParams({ ...WISHES, rt: token })
  return visit(path, { method, headers, body })
}

/** All that a refused link must leave as it is: every table, and nobody in a session. */
async function stateOfTables() {
  const tables = await db.connection().getAllTables(['public'])
  const names = tables
    .map((name) => name.replace(/^public\./, ''))
    .filter((name) => !LEFT_OUT.includes(name))
  const rows = await Promise.all(names.map((name) => db.from(name).select('*')))
  const signedIn = await db.from('sessions').whereNotNull('user_id').count('* as total')
  return [
    ...names.map((name, i) => `${name} ${JSON.stringify(rows[i])}`),
    `signed in ${signedIn[0].total}`,
  ]
}

interface Answer {
  door: string
  status: number
  code: string | null
}

/** What each other door says to a token of a scope. */
async function knockEverywhere(scope: string, targetFor: (path: string) => string) {
  const answers: Answer[] = []
  const doors = Object.keys(ROUTES).filter((path) => path !== TARGETS[scope])
  for (const path of doors) {
    const token = await tokenFor(scope, targetFor(path))
    for (const method of ROUTES[path]) {
      const response = await present(path, method, token)
      const text = await response.text()
      const code = method === 'HEAD' ? null : JSON.parse(text).code
      answers.push({ door: `${method} ${path}`, status: response.status, code })
    }
  }
  return answers
}

const refused = (scope: string, code: string) =>
  Object.entries(ROUTES)
    .filter(([path]) => path !== TARGETS[scope])
    .flatMap(([path, methods]) =>
      methods.map((method) => ({
        door: `${method} ${path}`,
        status: 403,
        code: method === 'HEAD' ? null : code,
      }))
    )

const scopes = [...requestTokens.scopes.keys()].map((scope) => ({ scope }))

test.group('Token matrix | every scope at every other door', (group) => {
  group.each.setup(start)

  test('the tables above name every scope and every route with a token [JWT-3]', ({ assert }) => {
    const routes = router.toJSON().root ?? Object.values(router.toJSON()).flat()
    const judged = routes
      // The clinic of the core's own tests has routes too, when all tests run together.
      .filter(({ pattern }) => !pattern.startsWith('/clinic/'))
      .filter(({ middleware }) =>
        [...middleware.all()].some((one) => 'name' in one && one.name === 'requestToken')
      )
      .flatMap(({ pattern, methods }) => methods.map((method) => `${method} ${pattern}`))

    assert.sameMembers(
      judged,
      Object.entries(ROUTES).flatMap(([path, methods]) => methods.map((one) => `${one} ${path}`))
    )
    assert.sameMembers(
      scopes.map(({ scope }) => scope),
      Object.keys(TARGETS)
    )
  })

  test('{scope} opens no other route, and changes nothing [JWT-3, JWT-18]')
    .with(scopes)
    .run(async ({ assert }, { scope }) => {
      const before = await stateOfTables()

      const answers = await knockEverywhere(scope, () => TARGETS[scope])

      assert.deepEqual(answers, refused(scope, 'wrong_target'))
      assert.deepEqual(await stateOfTables(), before)
      const outcomes = await countUses({}, ['outcome'])
      assert.deepEqual(
        outcomes.map(({ outcome, count }) => [outcome, count]),
        [['wrong_target', answers.length]]
      )
    })

  test('{scope} made for the right path is still of the wrong scope [JWT-3, JWT-18]')
    .with(scopes)
    .run(async ({ assert }, { scope }) => {
      const before = await stateOfTables()

      const answers = await knockEverywhere(scope, (path) => path)

      assert.deepEqual(answers, refused(scope, 'wrong_scope'))
      assert.deepEqual(await stateOfTables(), before)
    })

  test('{scope} signs nobody in [JWT-18]')
    .with(scopes.filter(({ scope }) => scope !== 'sign_in'))
    .run(async ({ assert }, { scope }) => {
      const path = '/staff/sign-in/link'
      const answer = await present(path, 'POST', await tokenFor(scope, path))

      const cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0])
      const staff = await visit('/staff', { headers: { Cookie: cookie.join('; ') } })

      assert.equal(staff.status, 302)
      assert.equal(new URL(staff.headers.get('location')!, base).pathname, '/staff/sign-in')
    })
})
