import db from '@adonisjs/lucid/services/db'
import type Mailing from '#models/mailing'
import { EVERY_LIST_SCOPES } from '#subscribers/main'

const WEEK = 7 * 24 * 60 * 60_000

/**
 * Who may get a mail of a list, over the aliases `s` (subscribers), `p` (subscriptions): used when a
 * mailing is prepared and again when it is sent. Two `?`: now, and the list's public id.
 */
export const MAY_GET = `
  p.status = 'subscribed' AND s.erased_at IS NULL AND s.email IS NOT NULL
  AND (s.paused_until IS NULL OR s.paused_until <= ?)
  AND NOT EXISTS (SELECT 1 FROM suppressions x WHERE x.address_hash = s.email_hash AND x.scope IN (${EVERY_LIST_SCOPES}, ?))`

/**
 * Makes one delivery for each person who is to get the mailing, in one statement. Twice changes
 * nothing.
 *
 * @returns how many deliveries the mailing has
 */
export async function prepareMailing(mailing: Mailing): Promise<number> {
  if (!mailing.$preloaded.list) await mailing.load('list')
  const now = Date.now()
  const client = db.connection('worker')
  await client.rawQuery(
    `INSERT INTO deliveries (mailing_id, subscriber_id, status)
    SELECT ?, s.id, 'pending'
    FROM subscriptions p
    JOIN subscribers s ON s.id = p.subscriber_id
    WHERE p.list_id = ? AND ${MAY_GET}
      AND (s.weekly_limit IS NULL OR s.weekly_limit > (
        SELECT COUNT(*) FROM deliveries d
        WHERE d.subscriber_id = s.id AND d.mailing_id <> ?
          AND (d.status IN ('pending', 'claimed', 'deferred') OR (d.status IN ('sent', 'uncertain') AND d.settled_at > ?))))
      AND (NOT EXISTS (SELECT 1 FROM mailing_topics m WHERE m.mailing_id = ?)
        OR EXISTS (SELECT 1 FROM mailing_topics m JOIN subscription_topics t ON t.topic_id = m.topic_id
          WHERE m.mailing_id = ? AND t.subscription_id = p.id))
    ORDER BY s.id
    ON CONFLICT (mailing_id, subscriber_id) DO NOTHING`,
    [
      mailing.id,
      mailing.listId,
      now,
      mailing.list.publicId,
      mailing.id,
      now - WEEK,
      mailing.id,
      mailing.id,
    ]
  )
  await client
    .from('mailings')
    .where('id', mailing.id)
    .whereNull('prepared_at')
    .update({ prepared_at: now })
  const [{ total }] = await client
    .from('deliveries')
    .where('mailing_id', mailing.id)
    .count('* as total')
  return Number(total)
}
