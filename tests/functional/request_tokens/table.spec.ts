import type { ApiRequest } from '@japa/api-client'
import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import { decodeProtectedHeader } from 'jose'
import { listUses, retireKey, revokeTokens, rotateKeys } from '#request_tokens/main'
import { emptyDatabase } from '#tests/database'
import { daysAgo, dropPatients, link, makePatients, openClinic, visitsOf } from './clinic.js'

openClinic()

type Link = Awaited<ReturnType<typeof link>>

interface Row {
  presented: string
  outcome: string
  status: number
  method?: 'get' | 'head' | 'post'
  make(): Promise<Pick<Link, 'path'> & Partial<Link>>
  wish?: string
  /** The subject is gone: nothing may point to it any more. */
  isNobody?: boolean
  /** Uses of the token spent afterwards. */
  spent?: number
  visits?: number
}

const used = async (options: Parameters<typeof link>[0] = {}) => {
  const made = await link(options)
  await fetch(new URL(made.path, process.env.APP_URL), { method: 'POST' })
  await db.from('request_token_uses').delete()
  return made
}

/** Design section 4.5, row by row. */
const TABLE: Row[] = [
  {
    presented: 'nothing, on a required route',
    outcome: 'missing',
    status: 401,
    make: async () => ({ path: '/clinic/visit' }),
  },
  {
    presented: 'something that is no JWT',
    outcome: 'invalid',
    status: 403,
    make: async () => ({ path: '/clinic/visit?rt=hello' }),
  },
  {
    presented: 'a bad signature',
    outcome: 'invalid',
    status: 403,
    make: async () => {
      const { path } = await link()
      const at = path.length - 10
      return { path: path.slice(0, at) + (path[at] === 'A' ? 'B' : 'A') + path.slice(at + 1) }
    },
  },
  {
    presented: 'the token of a retired key',
    outcome: 'invalid',
    status: 403,
    make: async () => {
      const made = await link()
      const [{ kid }] = await db.from('signing_keys').orderBy('id', 'desc').limit(1)
      await rotateKeys()
      await retireKey(kid)
      return made
    },
  },
  {
    presented: 'a token for another target',
    outcome: 'wrong_target',
    status: 403,
    make: async () => {
      const made = await link({ target: '/clinic/elsewhere' })
      return { ...made, path: made.path.replace('elsewhere', 'visit') }
    },
  },
  {
    presented: 'a token of another scope',
    outcome: 'wrong_scope',
    status: 403,
    make: () => link({ scope: 'twice', target: '/clinic/visit' }),
  },
  {
    presented: 'a token before its time',
    outcome: 'early',
    status: 403,
    make: () => link({ notBefore: new Date(Date.now() + 120_000) }),
  },
  {
    presented: 'an expired token',
    outcome: 'expired',
    status: 410,
    make: () => link({ at: daysAgo(8) }),
  },
  {
    presented: 'a token revoked by itself',
    outcome: 'revoked',
    status: 410,
    make: async () => {
      const made = await link()
      await revokeTokens({ jti: made.jti })
      return made
    },
  },
  {
    presented: 'a token revoked by its subject',
    outcome: 'revoked',
    status: 410,
    make: async () => {
      const made = await link()
      await revokeTokens({ subject: 'amal' })
      return made
    },
  },
  {
    presented: 'a token revoked by its mailing',
    outcome: 'revoked',
    status: 410,
    make: async () => {
      const made = await link({ data: { list: 'letters', mailing: 'spring' } })
      await revokeTokens({ data: { mailing: 'spring' } })
      return made
    },
  },
  {
    presented: 'a token revoked by its key',
    outcome: 'revoked',
    status: 410,
    make: async () => {
      const made = await link()
      const [{ kid }] = await db.from('signing_keys').orderBy('id', 'desc').limit(1)
      await revokeTokens({ kid })
      return made
    },
  },
  {
    presented: 'a token whose subject is gone',
    outcome: 'unknown_subject',
    status: 410,
    make: () => link({ subject: 'nobody' }),
    isNobody: true,
  },
  { presented: 'a good token by GET', outcome: 'viewed', status: 200, method: 'get', make: link },
  { presented: 'a good token by HEAD', outcome: 'viewed', status: 200, method: 'head', make: link },
  {
    presented: 'a spent token by GET',
    outcome: 'viewed',
    status: 200,
    method: 'get',
    make: used,
    spent: 1,
    visits: 1,
  },
  {
    presented: 'a good token by POST',
    outcome: 'used',
    status: 200,
    make: link,
    spent: 1,
    visits: 1,
  },
  {
    presented: 'a good token by POST, and the controller answers 4xx',
    outcome: 'used',
    status: 418,
    wish: 'teapot',
    make: link,
    spent: 1,
    visits: 1,
  },
  {
    presented: 'a spent token by POST',
    outcome: 'replayed',
    status: 410,
    make: used,
    spent: 1,
    visits: 1,
  },
  {
    presented: 'a spent token of an idempotent scope, already done',
    outcome: 'replayed',
    status: 200,
    make: () => used({ scope: 'call_off' }),
    spent: 1,
  },
  {
    presented: 'a token of an idempotent scope whose subject is gone',
    outcome: 'replayed',
    status: 200,
    make: () => link({ scope: 'call_off', subject: 'nobody' }),
    isNobody: true,
  },
  {
    presented: 'a good token, and the controller throws',
    outcome: 'failed',
    status: 500,
    wish: 'throw',
    make: link,
    spent: 0,
  },
  {
    presented: 'a good token, and the controller throws a 4xx',
    outcome: 'failed',
    status: 422,
    wish: 'refuse',
    make: link,
    spent: 0,
  },
  {
    presented: 'a good token, and the controller gives the use back',
    outcome: 'failed',
    status: 200,
    wish: 'give back',
    make: link,
    spent: 0,
  },
  {
    presented: 'a good token, and the controller answers 5xx',
    outcome: 'failed',
    status: 503,
    wish: 'fail',
    make: link,
    spent: 0,
  },
  {
    presented: 'a good token, and a statement of the controller is refused by the database',
    outcome: 'failed',
    status: 500,
    wish: 'bad sql',
    make: link,
    spent: 0,
  },
]

test.group('Request tokens | what happens when (table 4.5)', (group) => {
  group.each.setup(async () => {
    await emptyDatabase()
    await makePatients()
  })
  group.teardown(dropPatients)

  test('{presented}: {outcome}, {status} [UNSUB-7, UNSUB-12, UNSUB-29, JWT-13, JWT-15, JWT-17]')
    .with(TABLE)
    .run(async ({ client, assert }, row) => {
      const made = await row.make()

      const request: ApiRequest = client[row.method ?? 'post'](made.path).header(
        'Accept',
        'application/json'
      )
      if (row.wish) request.form({ wish: row.wish })
      const response = await request.header('User-Agent', 'Clinic Browser/1.0')

      response.assertStatus(row.status)
      const uses = await listUses()
      assert.lengthOf(uses, 1)
      assert.equal(uses[0].outcome, row.outcome)
      assert.equal(uses[0].statusCode, row.status)
      assert.equal(uses[0].userAgent, row.isNobody ? null : 'Clinic Browser/1.0')
      assert.equal(uses[0].ip, row.isNobody ? null : '127.0.0.1')
      if (row.isNobody) assert.isNull(uses[0].jti ?? uses[0].subject)
      assert.equal(await visitsOf('amal'), row.visits ?? 0)
      if (made.jti) {
        if (row.outcome !== 'invalid')
          assert.equal(uses[0].kid, decodeProtectedHeader(made.token!).kid)
        const spent = await db.from('request_tokens').where('jti', made.jti).first()
        assert.equal(spent?.uses ?? 0, row.spent ?? 0)
      }
      if (response.status() >= 401 && !['used', 'failed'].includes(row.outcome)) {
        assert.equal(response.header('content-type'), 'application/problem+json')
        assert.equal(JSON.parse(response.text()).code, row.outcome)
      }
    })
})
