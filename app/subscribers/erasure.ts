import db from '@adonisjs/lucid/services/db'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { forgetSubject, type GrantedUse } from '#request_tokens/main'
import { findSubscriber } from './description.js'
import type { LinkSubscriber } from './link_subscriber.js'
import { rows } from './rows.js'
import { recordAction } from './staff_actions.js'
import { suppressHash } from './suppressions.js'

interface Erasable {
  id: number
  publicId: string
  emailHash: string | null
}

/**
 * Removes all personal data of one person. What stays is a keyed hash of the address, so that no
 * import brings them back (GDPR Art 17(3), 21(3)), and counts that point to nobody. Their links
 * answer from then on as those of one who does not exist.
 *
 * @param who an address, or the use of an erase link
 * @throws NotFoundError for an address that is not known
 */
export async function eraseSubscriber(who: string | GrantedUse<LinkSubscriber>): Promise<void> {
  if (typeof who !== 'string') return erase(who.subject, who.client)
  const subscriber = await findSubscriber(who)
  await db.connection().transaction(async (client) => {
    await erase(subscriber, client)
    await recordAction('subscriber.erase', subscriber.publicId, null, client)
  })
}

/** Every table that holds the person's number; a test compares this with the schema. */
const FORGET: [table: string, sql: string][] = [
  ['subscriptions', 'DELETE FROM subscriptions WHERE subscriber_id = ?'],
  [
    'consent_events',
    `UPDATE consent_events SET ip = NULL, user_agent = NULL, source_ref = NULL, details = NULL
    WHERE subscriber_id = ?`,
  ],
  [
    'deliveries',
    `UPDATE deliveries SET message_id = NULL, reason = NULL,
      status = CASE WHEN status IN ('pending', 'deferred') THEN 'skipped' ELSE status END
    WHERE subscriber_id = ?`,
  ],
]
export const forgottenTables = FORGET.map(([table]) => table)

async function erase({ id, publicId, emailHash }: Erasable, client: QueryClientContract) {
  const now = Date.now()
  await rows(
    client,
    `UPDATE subscribers SET email = NULL, email_key = NULL, email_hash = NULL, name = NULL,
      language = NULL, attributes = NULL, paused_until = NULL, weekly_limit = NULL,
      erased_at = ?, updated_at = ?
    WHERE id = ?`,
    [now, now, id]
  )
  if (emailHash) {
    await suppressHash(emailHash, { reason: 'erased' }, client)
    await rows(client, 'UPDATE suppressions SET note = NULL WHERE address_hash = ?', [emailHash])
  }
  for (const [, sql] of FORGET) await rows(client, sql, [id])
  await forgetSubject(publicId, client)
}
