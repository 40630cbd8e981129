import { runStatement, type Claims, type GrantedUse } from '#request_tokens/main'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { SubscriberError } from './errors.js'
import type { LinkSubscriber } from './link_subscriber.js'
import { jsonTable } from './json_rows.js'
import { rows } from './rows.js'
import { recordObjection } from './suppressions.js'

export const LEAVING_REASONS = ['too_many', 'not_relevant', 'never_asked', 'other'] as const
export type LeavingReason = (typeof LEAVING_REASONS)[number]

const MAX_COMMENT = 1000

const LEAVE_EVERY = `
  UPDATE subscriptions SET status = 'unsubscribed', left_at = ?, left_through = ?, updated_at = ?
  WHERE subscriber_id = ? AND status <> 'unsubscribed' RETURNING list_id`

const RECORD = `
  INSERT INTO consent_events (at, subscriber_id, list_id, event, source, source_ref)
  VALUES (?, ?, ?, 'left', 'link', ?)`

/** Takes the person off the list of the link, at once. Who has left already is left alone. */
export function leaveList(use: GrantedUse<LinkSubscriber>) {
  return leaveLists([use], use.client)
}

/**
 * The same for many at once, in two statements: what the middleware of the unsubscribe links does
 * with all the requests that share a transaction.
 */
export async function leaveLists(uses: GrantedUse<LinkSubscriber>[], client: QueryClientContract) {
  const leaving = firstOfEach(uses.filter(({ subject }) => subject?.list))
  const given = leaving.map((use) => [
    use.subject.id,
    use.subject.list!.id,
    use.at.getTime(),
    through(use),
  ])
  const left = await runStatement(client, leaveSql(client), [JSON.stringify(given)])
  if (left.length === 0) return
  const gone = new Set(left.map((row) => `${row.subscriber_id} ${row.list_id}`))
  const events = leaving
    .filter((use) => gone.has(placeOf(use)))
    .map(({ subject, at, claims }) => [at.getTime(), subject.id, subject.list!.id, claims.jti])
  await runStatement(client, recordSql(client), [JSON.stringify(events)])
}

/** One person may press two links of one list at once: an UPDATE would take either of them. */
function firstOfEach(uses: GrantedUse<LinkSubscriber>[]) {
  const first = new Map<string, GrantedUse<LinkSubscriber>>()
  for (const use of uses) if (!first.has(placeOf(use))) first.set(placeOf(use), use)
  return [...first.values()]
}

const placeOf = ({ subject }: GrantedUse<LinkSubscriber>) => `${subject.id} ${subject.list!.id}`

const leaveSql = (client: QueryClientContract) => `
  UPDATE subscriptions SET status = 'unsubscribed', left_at = leaving.at,
    left_through = leaving.mailing, updated_at = leaving.at
  FROM ${jsonTable(client, { subscriber: 'integer', list: 'integer', at: 'bigint', mailing: 'text' })} AS leaving
  WHERE subscriptions.subscriber_id = leaving.subscriber AND subscriptions.list_id = leaving.list
    AND subscriptions.status <> 'unsubscribed'
  RETURNING subscriptions.subscriber_id, subscriptions.list_id`

const recordSql = (client: QueryClientContract) => `
  INSERT INTO consent_events (at, subscriber_id, list_id, event, source, source_ref)
  SELECT at, subscriber, list, 'left', 'link', jti
  FROM ${jsonTable(client, { at: 'bigint', subscriber: 'integer', list: 'integer', jti: 'text' })} AS leaving`

/** Takes the person off every list, and keeps the address off those that come later. */
export async function leaveEverything(use: GrantedUse<LinkSubscriber>) {
  const { subject, at } = use
  if (!subject) return
  const now = at.getTime()
  const left = await use.query(LEAVE_EVERY, [now, through(use), now, subject.id])
  for (const { list_id: list } of left)
    await use.query(RECORD, [now, subject.id, list, use.claims.jti])
  if (!subject.emailHash) return
  await recordObjection(subject.emailHash, `by link ${use.claims.jti}`, use.client)
}

/** Notes why the person has left. One who has come back meanwhile is not asked any more. */
export async function giveReason(
  use: GrantedUse<LinkSubscriber>,
  { reason, comment }: { reason?: LeavingReason | null; comment?: string | null }
) {
  if (reason && !LEAVING_REASONS.includes(reason))
    throw new SubscriberError(`There is no reason "${reason}". Choose one from the page.`)
  const words = comment?.trim().slice(0, MAX_COMMENT) || null
  await use.query(
    `UPDATE subscriptions SET left_reason = ?, left_comment = ?, updated_at = ?
    WHERE subscriber_id = ? AND list_id = ? AND status = 'unsubscribed'`,
    [reason ?? null, words, use.at.getTime(), use.subject.id, use.subject.list!.id]
  )
}

/** Whether the state already is what a leave link asks for: unsubscribed, or nothing left to leave. */
export async function isLeft(
  { claims, subject }: { claims: Claims; subject: unknown },
  client: QueryClientContract
) {
  if (!subject) return true
  const [subscription] = await rows(
    client,
    `SELECT p.status FROM subscriptions p JOIN lists l ON l.id = p.list_id
    WHERE p.subscriber_id = ? AND l.public_id = ?`,
    [(subject as LinkSubscriber).id, claims.data.list ?? '']
  )
  return !subscription || subscription.status === 'unsubscribed'
}

const through = ({ data }: GrantedUse) => (typeof data.mailing === 'string' ? data.mailing : null)
