import { giveBackUses, type GrantedUse } from '#request_tokens/main'
import { recordConsent } from './consent_events.js'
import { objectionNote } from './leaving.js'
import type { LinkSubscriber } from './link_subscriber.js'

// Leaving touches only the status and what is said of leaving, so that this is its exact inverse.
// Who had asked to join and not confirmed has no date of joining.
const RESTORE = `
  UPDATE subscriptions
  SET status = CASE WHEN joined_at IS NULL THEN 'pending' ELSE 'subscribed' END,
    left_at = NULL, left_through = NULL, left_reason = NULL, left_comment = NULL, updated_at = ?
  WHERE subscriber_id = ? AND status = 'unsubscribed' AND EXISTS (
    SELECT 1 FROM consent_events e
    WHERE e.subscriber_id = subscriptions.subscriber_id AND e.list_id = subscriptions.list_id
      AND e.event = 'left' AND e.source = 'link' AND e.source_ref = ? AND e.at = subscriptions.left_at)
  RETURNING list_id`

const LIFT = `
  DELETE FROM suppressions
  WHERE address_hash = ? AND scope = 'all' AND reason = 'objection' AND note = ?`

/**
 * Takes back what one leave link did: status, topics and dates are as before, and the link can be
 * used again. Whoever has left since by another way stays out.
 */
export async function undoLeaving(use: GrantedUse<LinkSubscriber>) {
  const { subject, at } = use
  const leaveLink = String(use.data.use ?? '')
  const restored = await use.query(RESTORE, [at.getTime(), subject.id, leaveLink])
  if (restored.length === 0) return
  for (const { list_id: listId } of restored)
    await recordConsent(
      {
        subscriberId: subject.id,
        listId,
        event: 'restored',
        source: 'link',
        sourceRef: use.claims.jti,
        at,
        details: { undone: leaveLink },
      },
      use.client
    )
  if (subject.emailHash) await use.query(LIFT, [subject.emailHash, objectionNote(leaveLink)])
  await giveBackUses(
    { scope: 'unsubscribe', subject: subject.publicId, jti: leaveLink },
    use.client
  )
}
