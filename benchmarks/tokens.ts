import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto'
import { bootApplication } from '#benchmarks/harness/application'
import { filledDatabase, queryDatabase } from '#benchmarks/harness/filled_database'
import { measure } from '#benchmarks/harness/measure'
import type { Row } from '#benchmarks/harness/report'

const BATCH = 500
const EXPECTED = { scope: 'unsubscribe', target: '/unsubscribe' }

/** Signing and checking, 500 at a time. The yardstick signs the same bytes by node:crypto alone. */
export default {
  title: `Request tokens: issue and verify in batches of ${BATCH} (a time is one batch)`,
  run,
}

async function run(): Promise<Row[]> {
  const database = await filledDatabase('tokens', { subscribers: BATCH, earlierUses: 1000 })
  const people = await queryDatabase<{ id: string }>(
    database,
    'SELECT public_id AS id FROM subscribers'
  )
  await bootApplication(database)
  const { mint, verify } = await import('#request_tokens/main')
  const requests = people.map(({ id }) => ({
    scope: 'unsubscribe',
    target: '/unsubscribe',
    subject: id,
    data: { list: 'benchlist0000001', mailing: 'benchmailing0001' },
  }))
  const minted = await mint(requests)
  const verifyAll = () => Promise.all(minted.map(({ token }) => verify(token, EXPECTED)))
  expectGood(await verifyAll())

  const key = createSecretKey(randomBytes(32))
  const payloads = minted.map(({ token }) => token.slice(0, token.lastIndexOf('.')))
  const yardstick = await measure(BATCH, () => payloads.map((payload) => hmac(key, payload)))
  const issuing = await measure(BATCH, () => mint(requests))
  const verifying = await measure(BATCH, verifyAll)
  const memory = process.memoryUsage.rss()
  return [
    { what: 'HMAC-SHA-256 by node:crypto', ...yardstick, isYardstick: true },
    { what: 'issue (mint)', ...issuing, memory, toReach: 50_000 },
    { what: 'verify, its state read from the database', ...verifying, memory },
  ]
}

function hmac(key: KeyObject, payload: string) {
  return createHmac('sha256', key).update(payload).digest('base64url')
}

/** A benchmark of refusals would be a quick one. */
function expectGood(verdicts: { outcome: string }[]) {
  const refused = verdicts.find(({ outcome }) => outcome !== 'good')
  if (refused) throw new Error(`The benchmark's own token is refused: ${refused.outcome}`)
}
