import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { rows } from './rows.js'

export const WORKER_DIED =
  'The worker stopped while this message was being handed over; the server may have taken it.'

/**
 * Takes over what dead workers held: what had not begun waits again; what had may have been
 * accepted, and is never sent again by itself (RFC 5321 section 6.1).
 */
export async function takeOver(client: QueryClientContract, now = Date.now()) {
  await rows(
    client,
    `UPDATE deliveries SET
      status = CASE WHEN attempt_started_at IS NULL THEN 'pending' ELSE 'uncertain' END,
      reason = CASE WHEN attempt_started_at IS NULL THEN reason ELSE ? END,
      settled_at = CASE WHEN attempt_started_at IS NULL THEN NULL ELSE CAST(? AS bigint) END,
      attempts = CASE WHEN attempt_started_at IS NULL THEN attempts ELSE attempts + 1 END,
      attempt_started_at = NULL, lease_until = NULL
    WHERE status IN ('pending', 'deferred', 'claimed') AND status = 'claimed' AND lease_until < ?`,
    [WORKER_DIED, now, now]
  )
}
