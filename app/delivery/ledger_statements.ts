import type { QueryClientContract, TransactionClientContract } from '@adonisjs/lucid/types/database'
import { MAY_GET } from '#mailings/main'
import type { Held, Holder } from './claiming.js'
import { marks, rows } from './rows.js'
import type { Settlement } from './settlement.js'

/** A delivery whose message is about to be handed over. */
export interface Beginning {
  held: Held
  messageId: string
}

export interface Settled {
  id: number
  settlement: Settlement
}

/**
 * Marks what begins, where it still may. The question is a scalar one: PostgreSQL would make a join
 * over everybody on the list of an EXISTS.
 *
 * @returns the row numbers of those
 */
export async function writeBeginnings(
  trx: TransactionClientContract,
  { mailingId, listId, listPublicId, worker }: Holder,
  beginnings: Beginning[]
): Promise<Set<number>> {
  if (beginnings.length === 0) return new Set()
  const now = Date.now()
  const values = beginnings.map(() => '(CAST(? AS bigint), CAST(? AS varchar(255)))').join(', ')
  const begun = await rows<{ id: number }>(
    trx,
    `UPDATE deliveries SET attempt_started_at = ?, message_id = v.column2
    FROM (VALUES ${values}) AS v
    WHERE deliveries.id = v.column1 AND deliveries.status = 'claimed' AND deliveries.claimed_by = ?
      AND EXISTS (SELECT 1 FROM mailings m WHERE m.id = ? AND m.status = 'sending')
      AND (SELECT 1 FROM subscribers s JOIN subscriptions p ON p.subscriber_id = s.id
        WHERE s.id = deliveries.subscriber_id AND p.list_id = ? AND ${MAY_GET}) IS NOT NULL
    RETURNING deliveries.id`,
    [
      now,
      ...beginnings.flatMap(({ held, messageId }) => [held.id, messageId]),
      worker,
      mailingId,
      listId,
      now,
      listPublicId,
    ]
  )
  return new Set(begun.map(({ id }) => Number(id)))
}

/**
 * A delivery whose lease was lost may have been called uncertain meanwhile; who held it then knows
 * better.
 */
export async function writeSettlements(
  trx: TransactionClientContract,
  { worker }: Holder,
  settlements: Settled[]
) {
  const alike = Map.groupBy(settlements, ({ settlement }) =>
    JSON.stringify({ ...settlement, settledAt: 0 })
  )
  for (const group of alike.values()) {
    const [{ settlement: s }] = group
    const ids = group.map(({ id }) => id)
    await rows(
      trx,
      `UPDATE deliveries SET status = ?, attempts = ?, next_attempt_at = ?, settled_at = ?, smtp_code = ?,
        smtp_status = ?, reason = ?, attempt_started_at = NULL, lease_until = NULL
      WHERE id IN (${marks(ids)}) AND claimed_by = ? AND status IN ('claimed', 'uncertain')`,
      [
        s.status,
        s.attempts,
        s.nextAttemptAt,
        s.settledAt,
        s.code,
        s.enhanced,
        s.reason,
        ...ids,
        worker,
      ]
    )
  }
}

export const CANCELLED = 'The mailing was cancelled.'

/** Gives back what is held and has not begun. */
export async function release(
  client: QueryClientContract,
  { worker, mailingId }: Holder,
  ids: number[]
) {
  await rows(
    client,
    `UPDATE deliveries SET status = CASE WHEN m.status = 'cancelled' THEN 'skipped' ELSE 'pending' END,
      reason = CASE WHEN m.status = 'cancelled' THEN '${CANCELLED}' ELSE deliveries.reason END,
      claimed_by = NULL, lease_until = NULL, attempt_started_at = NULL
    FROM mailings m
    WHERE m.id = ? AND deliveries.id IN (${marks(ids)}) AND deliveries.claimed_by = ? AND deliveries.status = 'claimed'`,
    [mailingId, ...ids, worker]
  )
}
