import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { rows } from './rows.js'

/** `topics`: chose other topics. `restored`: took back a leave. `left`, `joined`: as they say. */
export type ConsentEventName = 'joined' | 'left' | 'restored' | 'topics'

/** `link`: the person, by a link in a message. `command`, `staff`: somebody of the house. */
export type ConsentSource = 'import' | 'link' | 'staff' | 'command' | 'signup'

/** How one knows that it was so. */
export interface Proof {
  source: ConsentSource
  /** What it can be found under: jti of the link, public id of the import or of the user. */
  sourceRef?: string | null
  /** The words that the person agreed to. */
  consentText?: string | null
  ip?: string | null
  userAgent?: string | null
  /** @default now */
  at?: Date
}

interface NewEvent extends Proof {
  subscriberId: number
  listId: number
  event: ConsentEventName
  details?: object
}

/** Adds one record. There is no way to change one. */
export async function recordConsent(event: NewEvent, client: QueryClientContract) {
  await rows(
    client,
    `INSERT INTO consent_events
      (at, subscriber_id, list_id, event, source, source_ref, ip, user_agent, consent_text, details)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      (event.at ?? new Date()).getTime(),
      event.subscriberId,
      event.listId,
      event.event,
      event.source,
      event.sourceRef ?? null,
      event.ip ?? null,
      event.userAgent ?? null,
      event.consentText ?? null,
      event.details ? JSON.stringify(event.details) : null,
    ]
  )
}
