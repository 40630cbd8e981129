import type { Claims, GrantedUse } from '#request_tokens/main'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { SubscriberError } from './errors.js'
import type { LinkSubscriber } from './link_subscriber.js'
import { rows } from './rows.js'
import { suppressHash } from './suppressions.js'

export const LEAVING_REASONS = ['too_many', 'not_relevant', 'never_asked', 'other'] as const
export type LeavingReason = (typeof LEAVING_REASONS)[number]

const MAX_COMMENT = 1000

const LEAVE = `
  UPDATE subscriptions SET status = 'unsubscribed', left_at = ?, left_through = ?, updated_at = ?
  WHERE subscriber_id = ? AND list_id = ? AND status <> 'unsubscribed' RETURNING id`

const LEAVE_EVERY = `
  UPDATE subscriptions SET status = 'unsubscribed', left_at = ?, left_through = ?, updated_at = ?
  WHERE subscriber_id = ? AND status <> 'unsubscribed' RETURNING list_id`

const RECORD = `
  INSERT INTO consent_events (at, subscriber_id, list_id, event, source, source_ref)
  VALUES (?, ?, ?, 'left', 'link', ?)`

/**
 * Takes the person off the list of the link, at once. Who has left already is left alone. This is
 * the hot path: two statements, prepared once.
 */
export async function leaveList(use: GrantedUse<LinkSubscriber>) {
  const { subject, at } = use
  if (!subject?.list) return
  const now = at.getTime()
  const left = await use.query(LEAVE, [now, through(use), now, subject.id, subject.list.id])
  if (left.length > 0) await use.query(RECORD, [now, subject.id, subject.list.id, use.claims.jti])
}

/** Takes the person off every list, and keeps the address off those that come later. */
export async function leaveEverything(use: GrantedUse<LinkSubscriber>) {
  const { subject, at } = use
  if (!subject) return
  const now = at.getTime()
  const left = await use.query(LEAVE_EVERY, [now, through(use), now, subject.id])
  for (const { list_id: list } of left)
    await use.query(RECORD, [now, subject.id, list, use.claims.jti])
  if (!subject.emailHash) return
  const note = objectionNote(use.claims.jti)
  await suppressHash(subject.emailHash, { reason: 'objection', note }, use.client)
}

/** By which link it was, so that an undo lifts its own objection and no other. */
export const objectionNote = (jti: string) => `by link ${jti}`

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
