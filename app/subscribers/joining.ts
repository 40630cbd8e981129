import { giveBackUses, type Claims } from '#request_tokens/main'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { recordConsent, type Proof } from './consent_events.js'
import { ConsentError } from './errors.js'
import type { LinkSubscriber } from './link_subscriber.js'
import { rows } from './rows.js'
import { liftByPerson, suppressionOf } from './suppressions.js'

interface Joining {
  id: number
  publicId: string
  emailHash: string | null
}

interface Joined {
  id: number
  publicId: string
}

const JOIN = `
  INSERT INTO subscriptions (subscriber_id, list_id, status, joined_at, created_at, updated_at)
  VALUES (?, ?, 'subscribed', ?, ?, ?)
  ON CONFLICT (subscriber_id, list_id) DO UPDATE
  SET status = 'subscribed', joined_at = excluded.joined_at, updated_at = excluded.updated_at,
    left_at = NULL, left_through = NULL, left_reason = NULL, left_comment = NULL
  WHERE subscriptions.status <> 'subscribed'
  RETURNING id`

/**
 * Puts a person on a list, with the proof that they want it. Their leave links for the list work
 * again, because every message sent needs a way out. Who is on the list already is left alone.
 *
 * @throws ConsentError for a suppressed address, unless the proof is a link in a message that reached
 * it; and for one who has left, when the proof is somebody else's word without the words of consent.
 */
export async function joinList(
  subscriber: Joining,
  list: Joined,
  proof: Proof,
  client: QueryClientContract
): Promise<{ joined: boolean }> {
  await refuseWithoutConsent(subscriber, list, proof, client)
  const now = (proof.at ?? new Date()).getTime()
  const joined = await rows(client, JOIN, [subscriber.id, list.id, now, now, now])
  if (joined.length === 0) return { joined: false }
  await recordConsent(
    { ...proof, event: 'joined', subscriberId: subscriber.id, listId: list.id },
    client
  )
  const leaveLinks = { subject: subscriber.publicId, data: { list: list.publicId } }
  await giveBackUses({ scope: 'unsubscribe', ...leaveLinks }, client)
  return { joined: true }
}

async function refuseWithoutConsent(
  subscriber: Joining,
  list: Joined,
  { source, consentText }: Proof,
  client: QueryClientContract
) {
  const byPerson = source === 'link'
  const hash = subscriber.emailHash
  const reason = hash ? await suppressionOf(hash, list.publicId, client) : null
  if (hash && reason && byPerson) await liftByPerson(hash, list.publicId, client)
  if (reason && !byPerson)
    throw new ConsentError(
      `This address gets no mail (${reason}). Only the person can change that.`
    )
  if (byPerson || source === 'signup' || consentText) return
  const [left] = await rows(
    client,
    "SELECT id FROM subscriptions WHERE subscriber_id = ? AND list_id = ? AND status = 'unsubscribed'",
    [subscriber.id, list.id]
  )
  if (left)
    throw new ConsentError(
      'This person has left the list. To put them back, say in words when and how they asked for it.'
    )
}

/** Whether the state already is what a confirm link asks for. */
export async function isConfirmed(
  { claims, subject }: { claims: Claims; subject: unknown },
  client: QueryClientContract
) {
  if (!subject) return false
  const found = await rows(
    client,
    `SELECT p.id FROM subscriptions p JOIN lists l ON l.id = p.list_id
    WHERE p.subscriber_id = ? AND l.public_id = ? AND p.status = 'subscribed'`,
    [(subject as LinkSubscriber).id, claims.data.list ?? '']
  )
  return found.length > 0
}
