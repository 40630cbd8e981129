import { setTimeout as sleep } from 'node:timers/promises'
import db from '@adonisjs/lucid/services/db'
import type Mailing from '#models/mailing'
import { findMailing } from '#mailings/main'
import { deliverMailing, type DeliverOptions } from './deliver_mailing.js'
import { DeliveryError, ServerAwayError } from './errors.js'
import { takeOver } from './leases.js'
import { rows } from './rows.js'
import { scheduleMailing, startMailing } from './start_mailing.js'
import { mailingStatus, type MailingStatusReport } from './status.js'

export interface SendOptions extends DeliverOptions {
  /** Sends here and now, and ends when nothing more is due. Otherwise a worker does. */
  wait?: boolean
  /** ISO 8601; in the list's time zone unless it names one. */
  at?: string
}

const BETWEEN_LOOKS = 300

/**
 * @throws DeliveryError: nobody to send to, no postal address, or not in a state to be sent;
 *   ServerAwayError when patience ended
 */
export async function sendMailing(
  publicId: string,
  options: SendOptions = {}
): Promise<MailingStatusReport> {
  const mailing = await findMailing(publicId)
  if (options.at !== undefined) {
    checkState(mailing, ['draft', 'scheduled', 'held'])
    await scheduleMailing(mailing, options.at)
  } else {
    checkState(mailing, ['draft', 'scheduled', 'held', ...(options.wait ? ['sending'] : [])])
    if (mailing.status !== 'sending') await startMailing(mailing)
    if (options.wait) await deliverUntilDone(mailing, options)
  }
  return mailingStatus(publicId)
}

/** Until no delivery of it is open, or only such as wait for a later attempt. */
async function deliverUntilDone(mailing: Mailing, options: SendOptions) {
  const client = db.connection('worker')
  while (mailing.status === 'sending' && !options.signal?.aborted) {
    await takeOver(client)
    const { gaveUp } = await deliverMailing(mailing, options)
    await finishMailing(mailing)
    if (gaveUp) throw new ServerAwayError(await wordsFor(mailing, gaveUp))
    if (!(await hasDue(mailing))) return
    await sleep(BETWEEN_LOOKS) // another worker holds the rest
    await mailing.refresh()
  }
}

/** A mailing is over when no delivery of it is open; nothing else says so. */
export async function finishMailing(mailing: Mailing) {
  await rows(
    db.connection('worker'),
    `UPDATE mailings SET status = 'sent', status_reason = NULL, finished_at = ?, updated_at = ?
    WHERE id = ? AND status = 'sending' AND prepared_at IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM deliveries d WHERE d.mailing_id = mailings.id AND d.status IN ('pending', 'deferred', 'claimed'))`,
    [Date.now(), Date.now(), mailing.id]
  )
  await mailing.refresh()
}

async function hasDue(mailing: Mailing) {
  const [found] = await rows(
    db.connection('worker'),
    `SELECT 1 AS due FROM deliveries WHERE mailing_id = ? AND status IN ('pending', 'deferred', 'claimed')
      AND (status <> 'deferred' OR next_attempt_at <= ?) LIMIT 1`,
    [mailing.id, Date.now()]
  )
  return found !== undefined
}

async function wordsFor(mailing: Mailing, gaveUp: string) {
  const { counts, total } = await mailingStatus(mailing.publicId)
  return `${gaveUp} ${counts.sent.toLocaleString('en')} of ${total.toLocaleString('en')} are sent and nothing is lost. Check SMTP_URL and the server, then run "mailings:send ${mailing.publicId} --wait" again, or leave it to a worker.`
}

const WHAT_TO_DO: Record<string, string> = {
  sending: 'It is being sent already; see mailings:status.',
  sent: 'It has been sent. Make a new one, or see mailings:retry.',
  paused: 'Go on with mailings:resume.',
  halted: 'See mailings:status for why, then go on with mailings:resume.',
  held: 'Send it with mailings:send, or drop it with mailings:cancel.',
  cancelled: 'It was cancelled. Make a new one.',
}

function checkState(mailing: Mailing, allowed: string[]) {
  if (allowed.includes(mailing.status)) return
  throw new DeliveryError(
    `The mailing ${mailing.publicId} is "${mailing.status}". ${WHAT_TO_DO[mailing.status] ?? ''}`.trim()
  )
}
