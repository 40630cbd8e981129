import { giveBackUses, type GrantedUse } from '#request_tokens/main'
import { recordConsent } from './consent_events.js'
import type { LinkSubscriber } from './link_subscriber.js'
import { EVERY_LIST_SCOPES, withdrawObjection } from './suppressions.js'

/*
 * Leaving touches only the status and what is said of leaving, so that this is its exact inverse.
 * Who had asked to join and not confirmed has no date of joining.
 *
 * What is taken back: all that the leave link did. Where it did nothing on its own list, because the
 * person had left by another link already, that earlier leave, if it is older than the page with the
 * undo on it. Tokens are dated to the second; within that second, only if the link never did anything.
 */
const RESTORE = `
  UPDATE subscriptions
  SET status = CASE WHEN joined_at IS NULL THEN 'pending' ELSE 'subscribed' END,
    left_at = NULL, left_through = NULL, left_reason = NULL, left_comment = NULL, updated_at = ?
  WHERE subscriber_id = ? AND status = 'unsubscribed' AND EXISTS (
    SELECT 1 FROM consent_events e
    WHERE e.subscriber_id = subscriptions.subscriber_id AND e.list_id = subscriptions.list_id
      AND e.event = 'left' AND e.source = 'link' AND e.at = subscriptions.left_at
      AND (e.source_ref = ? OR (e.list_id = ? AND (e.at < ? OR (e.at < ? AND NOT EXISTS (
        SELECT 1 FROM consent_events own
        WHERE own.subscriber_id = e.subscriber_id AND own.list_id = e.list_id
          AND own.event = 'left' AND own.source_ref = ?))))))
  RETURNING list_id, (SELECT public_id FROM lists WHERE lists.id = list_id) AS list`

const STANDING = `
  SELECT p.list_id, l.name, p.status, s.paused_until, EXISTS (
      SELECT 1 FROM suppressions x
      WHERE x.address_hash = s.email_hash AND x.scope IN (${EVERY_LIST_SCOPES}, l.public_id)) AS suppressed
  FROM subscriptions p JOIN lists l ON l.id = p.list_id JOIN subscribers s ON s.id = p.subscriber_id
  WHERE p.subscriber_id = ? AND s.erased_at IS NULL ORDER BY l.name`

/**
 * How the person stands with the link's list after an undo. `back`: gets mail again. `unchanged`: got
 * it all along. `pending`: has to confirm first, as before. `suppressed`: on the list again, but the
 * address gets no mail for another reason. `left`: still off the list.
 */
export type Standing = 'back' | 'unchanged' | 'pending' | 'suppressed' | 'left'

export interface Undone {
  standing: Standing
  /** Names of the other lists that the person gets again. */
  others: string[]
  /** No mail before that, as the person chose. */
  pausedUntil: Date | null
}

/**
 * Takes back what one leave link did: status, topics and dates are as before, and all links to leave
 * work again. Whoever has left since by another way stays out. The person's own objection to every
 * list ends: this is their fresh act.
 */
export async function undoLeaving(use: GrantedUse<LinkSubscriber>): Promise<Undone> {
  const { subject } = use
  const isLifted = !!subject.emailHash && (await withdrawObjection(subject.emailHash, use.client))
  const restored = await restore(use)
  for (const { list_id: listId, list } of restored) {
    await recordRestored(use, listId)
    await giveBack(use, { scope: 'unsubscribe', data: { list } })
  }
  const leaveLink = leaveLinkOf(use)
  if (leaveLink && (isLifted || restored.length > 0))
    for (const scope of ['unsubscribe', 'preferences'])
      await giveBack(use, { scope, jti: leaveLink })
  return standingAfter(use, new Set(restored.map((row) => row.list_id)), isLifted)
}

const leaveLinkOf = ({ data }: GrantedUse) => String(data.use ?? '')

function restore(use: GrantedUse<LinkSubscriber>) {
  const { subject, claims, at } = use
  const leaveLink = leaveLinkOf(use)
  const page = claims.iat * 1000
  return use.query<{ list_id: number; list: string }>(RESTORE, [
    at.getTime(),
    subject.id,
    leaveLink,
    subject.list?.id ?? 0,
    page,
    page + 1000,
    leaveLink,
  ])
}

function recordRestored(use: GrantedUse<LinkSubscriber>, listId: number) {
  return recordConsent(
    {
      subscriberId: use.subject.id,
      listId,
      event: 'restored',
      source: 'link',
      sourceRef: use.claims.jti,
      at: use.at,
      details: { undone: leaveLinkOf(use) },
    },
    use.client
  )
}

const giveBack = (
  { subject, client }: GrantedUse<LinkSubscriber>,
  which: { scope: string; jti?: string; data?: Record<string, string> }
) => giveBackUses({ ...which, subject: subject.publicId }, client)

async function standingAfter(
  use: GrantedUse<LinkSubscriber>,
  restored: Set<number>,
  isLifted: boolean
): Promise<Undone> {
  const found = await use.query(STANDING, [use.subject.id])
  const isOwn = (row: Record<string, any>) => row.list_id === use.subject.list?.id
  const own = found.find(isOwn)
  const pausedUntil = Number(own?.paused_until ?? 0)
  return {
    standing: standingOf(own, isLifted || restored.has(own?.list_id)),
    others: found
      .filter((row) => !isOwn(row) && restored.has(row.list_id) && getsMail(row))
      .map(({ name }) => name),
    pausedUntil: pausedUntil > use.at.getTime() ? new Date(pausedUntil) : null,
  }
}

const getsMail = ({ status, suppressed }: Record<string, any>) =>
  status === 'subscribed' && !suppressed

function standingOf(own: Record<string, any> | undefined, hasChanged: boolean): Standing {
  if (!own || own.status === 'unsubscribed') return 'left'
  if (own.status === 'pending') return 'pending'
  if (own.suppressed) return 'suppressed'
  return hasChanged ? 'back' : 'unchanged'
}
