import { createHmac } from 'node:crypto'
import { get } from 'node:http'
import { test } from '@japa/runner'
import db from '@adonisjs/lucid/services/db'
import encryption from '@adonisjs/core/services/encryption'
import { listUses, mint, verify } from '#request_tokens/main'
import { emptyDatabase } from '#tests/database'
import { dropPatients, link, makePatients, openClinic, visitsOf } from './clinic.js'

openClinic()

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** Signs whatever it is given with the application's own key: a forger could not. */
async function signed(header: unknown, payload: unknown, kid?: string) {
  const row = await db.from('signing_keys').orderBy('id', 'desc').first()
  const secret = Buffer.from(
    encryption.decrypt<string>(row.secret, 'request-token-key')!,
    'base64url'
  )
  const head =
    typeof header === 'string'
      ? header
      : { alg: 'HS256', typ: 'rt+jwt', kid: kid ?? row.kid, ...(header as object) }
  const input = `${encode(head)}.${encode(payload)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

const now = () => Math.floor(Date.now() / 1000)

/** Good claims, in our own order, with anything of them changed or (undefined) left out. */
const claims = (change: Record<string, unknown> = {}) => ({
  iss: process.env.APP_URL,
  aud: '/clinic/visit',
  sub: 'amal',
  scope: 'visit',
  jti: 'AAAAAAAAAAAAAAAAAAAAAA',
  iat: now(),
  nbf: now(),
  exp: now() + 3600,
  max: 1,
  data: {},
  ...change,
})

const parts = (token: string) => token.split('.')

const FORGED: { what: string; make: (good: string) => Promise<string> | string }[] = [
  { what: 'one part', make: (good) => parts(good)[0] },
  { what: 'two parts', make: (good) => parts(good).slice(0, 2).join('.') },
  { what: 'four parts', make: (good) => `${good}.${parts(good)[2]}` },
  { what: 'five parts, as an encrypted token has', make: (good) => `${good}.AAAA.AAAA` },
  { what: 'a cut end', make: (good) => good.slice(0, -5) },
  { what: 'padding', make: (good) => `${good}=` },
  { what: 'a trailing space', make: (good) => `${good}%20` },
  { what: 'a newline', make: (good) => `${good}%0A` },
  { what: 'a trailing >', make: (good) => `${good}>` },
  { what: 'lower case', make: (good) => good.toLowerCase() },
  {
    what: 'another spelling of its last character',
    make: (good) => {
      const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
      const last = alphabet.indexOf(good.at(-1)!)
      return good.slice(0, -1) + alphabet[last ^ 1]
    },
  },
  { what: 'no signature', make: (good) => `${parts(good)[0]}.${parts(good)[1]}.` },
  {
    what: 'alg none',
    make: (good) => `${encode({ alg: 'none', typ: 'rt+jwt', kid: 'x' })}.${parts(good)[1]}.`,
  },
  { what: 'alg noNE', make: () => signed({ alg: 'noNE' }, claims()) },
  { what: 'alg hs256', make: () => signed({ alg: 'hs256' }, claims()) },
  { what: 'alg HS512', make: () => signed({ alg: 'HS512' }, claims()) },
  { what: 'alg RS256', make: () => signed({ alg: 'RS256' }, claims()) },
  { what: 'typ JWT', make: () => signed({ typ: 'JWT' }, claims()) },
  { what: 'typ in capitals', make: () => signed({ typ: 'RT+JWT' }, claims()) },
  { what: 'no typ', make: () => signed({ typ: undefined }, claims()) },
  { what: 'no kid', make: () => signed({ kid: undefined }, claims()) },
  { what: 'an unknown kid', make: () => signed({ kid: 'ffffffffffffffff' }, claims()) },
  { what: 'kid ../../key', make: () => signed({ kid: '../../key' }, claims()) },
  { what: 'kid __proto__', make: () => signed({ kid: '__proto__' }, claims()) },
  { what: 'a kid with a quote', make: () => signed({ kid: "' OR '1'='1" }, claims()) },
  { what: 'a kid that is a number', make: () => signed({ kid: 7 }, claims()) },
  { what: 'jku', make: () => signed({ jku: 'http://127.0.0.1/keys' }, claims()) },
  { what: 'jwk', make: () => signed({ jwk: { kty: 'oct', k: 'AAAA' } }, claims()) },
  { what: 'x5u', make: () => signed({ x5u: 'http://127.0.0.1/cert' }, claims()) },
  { what: 'x5c', make: () => signed({ x5c: ['AAAA'] }, claims()) },
  { what: 'crit', make: () => signed({ crit: ['exp'] }, claims()) },
  {
    what: 'a header with alg twice',
    make: async () => {
      const { kid } = await db.from('signing_keys').orderBy('id', 'desc').first()
      return signed(`{"alg":"none","alg":"HS256","typ":"rt+jwt","kid":"${kid}"}`, claims())
    },
  },
  {
    what: 'a claim twice',
    make: () =>
      signed({}, JSON.stringify(claims()).replace('"sub":"amal"', '"sub":"bo","sub":"amal"')),
  },
  { what: 'claims that are no JSON', make: () => signed({}, 'hello') },
  { what: 'claims that are a list', make: () => signed({}, []) },
  { what: 'another issuer', make: () => signed({}, claims({ iss: 'https://other.example' })) },
  { what: 'a list of targets', make: () => signed({}, claims({ aud: ['/clinic/visit'] })) },
  ...['iss', 'aud', 'sub', 'scope', 'jti', 'iat', 'nbf', 'exp', 'max', 'data'].map((name) => ({
    what: `no ${name}`,
    make: () => signed({}, claims({ [name]: undefined })),
  })),
  { what: 'an exp that is a text', make: () => signed({}, claims({ exp: String(now() + 60) })) },
  { what: 'a sub that is a number', make: () => signed({}, claims({ sub: 1 })) },
  { what: 'a max of 0', make: () => signed({}, claims({ max: 0 })) },
  { what: 'a max of 1.5', make: () => signed({}, claims({ max: 1.5 })) },
  { what: 'a short jti', make: () => signed({}, claims({ jti: 'AAAA' })) },
  { what: 'nested data', make: () => signed({}, claims({ data: { a: { b: 1 } } })) },
  { what: 'a life beyond its scope', make: () => signed({}, claims({ exp: now() + 8 * 86_400 })) },
  { what: 'an unknown scope', make: () => signed({}, claims({ scope: 'reign' })) },
  { what: '100 KB', make: (good) => good + 'A'.repeat(100_000) },
  { what: '2049 characters', make: (good) => good + 'A'.repeat(2049 - good.length) },
]

const FORGED_TITLE =
  'a token with {what} is invalid [JWT-1, JWT-4, JWT-5, JWT-6, JWT-7, JWT-8, JWT-9, JWT-10, UNSUB-15, URL-9]'

test.group('Request tokens | forged and damaged', (group) => {
  group.each.setup(async () => {
    await emptyDatabase()
    await makePatients()
  })
  group.teardown(dropPatients)

  test(FORGED_TITLE)
    .with(FORGED)
    .run(async ({ assert }, { make }) => {
      const good = await link()
      const token = await make(good.token)

      const long = token.length > 8000
      const response = await post(long ? '/clinic/visit' : `/clinic/visit?rt=${token}`, {
        headers: { Accept: 'application/json' },
        ...(long && { body: new URLSearchParams({ rt: token }) }),
      })

      // A body over the limit of the parser is refused before the token is looked for.
      assert.equal(response.status, long ? 413 : 403)
      const [use] = await listUses()
      if (!long) assert.equal(use.outcome, 'invalid')
      assert.equal(await visitsOf('amal'), 0)
    })

  test('what signs the forgeries above signs good tokens too', async ({ assert }) => {
    await link()

    const verdict = await verify(await signed({}, claims()), {
      scope: 'visit',
      target: '/clinic/visit',
    })

    assert.equal(verdict.outcome, 'good')
  })

  test('bad tokens look alike to a stranger, whatever is wrong with them [URL-10]', async ({
    assert,
    client,
  }) => {
    const { token } = await link()
    const bodies = new Set<string>()

    for (const bad of ['hello', token.slice(0, -4), await signed({ typ: 'JWT' }, claims())]) {
      const response = await client.get(`/clinic/visit?rt=${bad}`)
      response.assertStatus(403)
      bodies.add(response.text().replace(/rt=[^"&]*/g, ''))
    }

    assert.equal(bodies.size, 1)
  })

  test('a used token in another form is a replay, not a new token [JWT-11]', async ({
    assert,
    client,
  }) => {
    await link()
    const first = await signed({}, claims())
    const second = await signed({}, claims({ exp: now() + 1800 }))

    const used = await client.post(`/clinic/visit?rt=${first}`)
    const again = await client.post(`/clinic/visit?rt=${second}`)

    assert.notEqual(first, second)
    used.assertStatus(200)
    again.assertStatus(410)
    assert.equal((await listUses())[0].outcome, 'replayed')
  })

  test('clocks may differ by the leeway, not more [JWT-6]')
    .with([
      { claim: { nbf: 25, iat: 25 }, outcome: 'good' },
      { claim: { nbf: 40 }, outcome: 'early' },
      { claim: { iat: 86_400 }, outcome: 'early' },
      { claim: { iat: -100, nbf: -100, exp: -25 }, outcome: 'good' },
      { claim: { iat: -100, nbf: -100, exp: -31 }, outcome: 'expired' },
    ])
    .run(async ({ assert }, { claim, outcome }) => {
      await link()
      const at = new Date(now() * 1000)
      const moved = Object.fromEntries(
        Object.entries(claim).map(([name, seconds]) => [name, at.getTime() / 1000 + seconds])
      )

      const verdict = await verify(await signed({}, claims(moved)), { at })

      assert.equal(verdict.outcome, outcome)
    })
})

const SOURCES: { source: string; send: (token: string, path: string) => Promise<Response> }[] = [
  { source: 'the argument rt', send: (token, path) => post(`${path}?rt=${token}`) },
  {
    source: 'a form field',
    send: (token, path) => post(path, { body: new URLSearchParams({ rt: token }) }),
  },
  {
    source: 'a multipart field',
    send: (token, path) => {
      const body = new FormData()
      body.append('rt', token)
      return post(path, { body })
    },
  },
  {
    source: 'a JSON field',
    send: (token, path) =>
      post(path, {
        body: JSON.stringify({ rt: token }),
        headers: { 'Content-Type': 'application/json' },
      }),
  },
  {
    source: 'Authorization: Bearer',
    send: (token, path) => post(path, { headers: { Authorization: `Bearer ${token}` } }),
  },
  {
    source: 'the same token in two places',
    send: (token, path) =>
      post(`${path}?rt=${token}`, { body: new URLSearchParams({ rt: token }) }),
  },
]

function post(path: string, options: RequestInit = {}) {
  return fetch(new URL(path, process.env.APP_URL), { method: 'POST', ...options })
}

test.group('Request tokens | presenting', (group) => {
  group.each.setup(async () => {
    await emptyDatabase()
    await makePatients()
  })
  group.teardown(dropPatients)

  test('a token is taken from {source}')
    .with(SOURCES)
    .run(async ({ assert }, { send }) => {
      const { token } = await link()

      const response = await send(token, '/clinic/visit')

      assert.equal(response.status, 200)
      assert.equal(await visitsOf('amal'), 1)
    })

  test('two different tokens in one request are refused')
    .with([
      (first: string, second: string) => post(`/clinic/visit?rt=${first}&rt=${second}`),
      (first: string, second: string) =>
        post(`/clinic/visit?rt=${first}`, { body: new URLSearchParams({ rt: second }) }),
      (first: string, second: string) =>
        post(`/clinic/visit?rt=${first}`, { headers: { Authorization: `Bearer ${second}` } }),
      (first: string) => post(`/clinic/visit?rt[a]=${first}`),
    ])
    .run(async ({ assert }, send) => {
      const first = await link()
      const second = await link()

      const response = await send(first.token, second.token)

      assert.equal(response.status, 403)
      assert.equal(await visitsOf('amal'), 0)
    })

  test('a token in another spelling of the path opens it', async ({ client }) => {
    const { token } = await link()

    for (const path of ['/clinic/visit/', '/clinic/v%69sit'])
      (await client.get(`${path}?rt=${token}`)).assertStatus(200)
  })

  test('an odd path is no fault of the server: {$self}')
    .with([
      '//clinic/visit',
      '/clinic//visit',
      '/clinic/visit//',
      '/\\\\clinic/visit',
      '/clinic/%zz',
      '/clinic/visit%2F',
    ])
    .run(async ({ assert }, path) => {
      const { token } = await link()
      const { hostname, port } = new URL(process.env.APP_URL!)

      const status = await new Promise<number>((resolve, reject) => {
        get({ hostname, port, path: `${path}?rt=${token}` }, (response) => {
          response.resume()
          resolve(response.statusCode!)
        }).on('error', reject)
      })

      assert.isBelow(status, 500)
    })

  test('an optional route lets a stranger pass, and no bad token', async ({ client, assert }) => {
    const stranger = await client.get('/clinic/door')
    const liar = await client.get('/clinic/door?rt=hello')

    stranger.assertStatus(200)
    liar.assertStatus(403)
    assert.deepEqual(
      (await listUses()).map(({ outcome }) => outcome),
      ['invalid']
    )
  })

  test('a route that says so hears why a token was refused, and knows nobody', async ({
    client,
    assert,
  }) => {
    const { path } = await link({ at: new Date(Date.now() - 8 * 86_400_000) })

    const response = await client.get(path.replace('/clinic/visit', '/clinic/lobby'))

    response.assertBody({ patient: null, refused: 'expired' })
    assert.equal((await listUses())[0].outcome, 'expired')
  })

  test('a link without a subject is checked, counted and recorded', async ({ client, assert }) => {
    const { path } = await link({ scope: 'board' })

    for (let time = 0; time < 3; time++) (await client.get(path)).assertTextIncludes('Dear visitor')

    assert.deepEqual(
      (await listUses()).map(({ outcome, subject }) => [outcome, subject]),
      Array(3).fill(['viewed', null])
    )
  })

  test('every answer is kept nowhere and told to nobody [URL-2, URL-3, URL-4]')
    .with([200, 401, 403, 410, 500])
    .run(async ({ client }, status) => {
      const path = {
        200: (await link()).path,
        401: '/clinic/visit',
        403: '/clinic/visit?rt=hello',
        410: (await link({ at: new Date(0) })).path,
        500: (await link()).path,
      }[status]!

      const response = await client.post(path).form(status === 500 ? { wish: 'throw' } : {})

      response.assertStatus(status)
      response.assertHeader('cache-control', 'no-store')
      response.assertHeader('referrer-policy', 'no-referrer')
      response.assertHeader('x-robots-tag', 'noindex, nofollow')
    })

  test(
    'a forwarding header counts only from a trusted proxy, and a broken one costs no record [URL-13]'
  )
    .with(['9.9.9.9', 'hello', '9.9.9.9, 8.8.8.8', '\t,;', '::'.repeat(2000)])
    .run(async ({ client, assert }, forwarded) => {
      const { path } = await link()

      await client.get(path).header('X-Forwarded-For', forwarded)

      const [use] = await listUses()
      assert.equal(use.ip, '127.0.0.1')
    })

  test('a user agent is cut to 512 plain characters', async ({ client, assert }) => {
    const { path } = await link()

    await client.get(path).header('User-Agent', `Tabs\tand ${'x'.repeat(2000)}`)

    const [use] = await listUses()
    assert.lengthOf(use.userAgent!, 512)
    assert.isTrue(use.userAgent!.startsWith('Tabsand xxx'))
  })

  test('a flood of bad tokens becomes a few rows that count', async ({ client, assert }) => {
    const requests = Array.from({ length: 200 }, () => client.get('/clinic/visit?rt=flood'))

    await Promise.all(requests)

    const uses = await listUses({ outcome: 'invalid', limit: 1000 })
    assert.isBelow(uses.length, 70)
    assert.equal(
      uses.reduce((sum, { times }) => sum + times, 0),
      200
    )
  })

  test('1,000 good links from one address are each recorded', async ({ assert }) => {
    const links = await mint(
      Array.from({ length: 1000 }, () => ({
        scope: 'visit',
        target: '/clinic/visit',
        subject: 'bo',
      }))
    )
    for (let from = 0; from < links.length; from += 100)
      await Promise.all(
        links.slice(from, from + 100).map(({ url }) => fetch(url, { method: 'POST' }))
      )

    assert.equal(await visitsOf('bo'), 1000)
    assert.lengthOf(await listUses({ outcome: 'used', limit: 2000 }), 1000)
  })
})
