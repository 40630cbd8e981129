import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'
import { MAY_GET, type Recipient } from '#mailings/main'
import { marks, rows } from './rows.js'

/** A delivery that this worker holds. */
export interface Held {
  /** Row number of the delivery. */
  id: number
  attempts: number
  recipient: Recipient
}

export interface Holder {
  mailingId: number
  listId: number
  listPublicId: string
  worker: string
  leaseMs: number
}

/**
 * Takes deliveries for one worker, by conditional update and with a lease. Who may not get mail any
 * more is settled in the same transaction, never held.
 */
export async function claim(
  client: QueryClientContract,
  holder: Holder,
  limit: number
): Promise<Held[]> {
  return client.transaction(async (trx) => {
    const ids = await take(trx, holder, limit)
    if (ids.length === 0) return []
    const found = await look(trx, holder, ids)
    await skip(
      trx,
      found.filter(({ may }) => !Number(may))
    )
    return found.filter(({ may }) => Number(may)).map(held)
  })
}

async function take(trx: TransactionClientContract, holder: Holder, limit: number) {
  const now = Date.now()
  const lock = trx.dialect.name === 'postgres' ? 'FOR UPDATE SKIP LOCKED' : ''
  const taken = await rows<{ id: number }>(
    trx,
    `UPDATE deliveries
    SET status = 'claimed', claimed_by = ?, lease_until = ?, attempt_started_at = NULL
    WHERE id IN (
      SELECT id FROM deliveries
      WHERE mailing_id = ? AND status IN ('pending', 'deferred', 'claimed')
        AND (status = 'pending' OR (status = 'deferred' AND next_attempt_at <= ?))
        AND EXISTS (SELECT 1 FROM mailings m WHERE m.id = ? AND m.status = 'sending')
      ORDER BY id LIMIT ? ${lock})
    RETURNING id`,
    [holder.worker, now + holder.leaseMs, holder.mailingId, now, holder.mailingId, limit]
  )
  return taken.map(({ id }) => Number(id)).sort((a, b) => a - b)
}

function look(trx: TransactionClientContract, holder: Holder, ids: number[]) {
  return rows(
    trx,
    `SELECT d.id, d.attempts, s.public_id, s.email, s.name, s.attributes, s.erased_at, p.status,
      CASE WHEN ${MAY_GET} THEN 1 ELSE 0 END AS may
    FROM deliveries d
    JOIN subscribers s ON s.id = d.subscriber_id
    LEFT JOIN subscriptions p ON p.subscriber_id = s.id AND p.list_id = ?
    WHERE d.id IN (${marks(ids)}) ORDER BY d.id`,
    [Date.now(), holder.listPublicId, holder.listId, ...ids]
  )
}

async function skip(trx: TransactionClientContract, found: Record<string, any>[]) {
  for (const reason of new Set(found.map(reasonOf))) {
    const ids = found.filter((row) => reasonOf(row) === reason).map(({ id }) => id)
    await rows(
      trx,
      `UPDATE deliveries SET status = 'skipped', reason = ?, settled_at = ?, lease_until = NULL
      WHERE id IN (${marks(ids)}) AND status = 'claimed'`,
      [reason, Date.now(), ...ids]
    )
  }
}

function reasonOf(row: Record<string, any>) {
  if (row.erased_at !== null) return 'The person has been erased.'
  if (row.status !== 'subscribed') return 'The person is no longer subscribed to the list.'
  return 'The person wants a pause, or the address is suppressed.'
}

function held(row: Record<string, any>): Held {
  const attributes =
    typeof row.attributes === 'string' ? JSON.parse(row.attributes) : row.attributes
  return {
    id: Number(row.id),
    attempts: row.attempts,
    recipient: { publicId: row.public_id, email: row.email, name: row.name, attributes },
  }
}
