import { setTimeout as sleep } from 'node:timers/promises'
import type { ApplicationService } from '@adonisjs/core/types'
import db from '@adonisjs/lucid/services/db'
import Mailing from '#models/mailing'
import { MailingError } from '#mailings/main'
import { deliverMailing, type DeliverOptions } from './deliver_mailing.js'
import { takeOver } from './leases.js'
import { rows } from './rows.js'
import { finishMailing } from './send_mailing.js'
import { change, startMailing } from './start_mailing.js'

const BETWEEN_LOOKS = 500
const LATE = 60 * 60_000

/** A worker at its work. */
export interface Worker {
  /** Finishes what is in flight, then ends. */
  stop(): Promise<void>
}

/** Sends what is due, found in the tables, until it is stopped. */
export async function startWorker(app: ApplicationService): Promise<Worker> {
  const logger = await app.container.make('logger')
  const ending = new AbortController()
  const onTrouble = (reason: string | null) =>
    reason ? logger.warn(reason) : logger.info('the mail server is back')
  const done = (async () => {
    while (!ending.signal.aborted) {
      try {
        await deliverPending({ signal: ending.signal, onTrouble })
      } catch (error) {
        logger.error({ err: error }, 'the worker goes on after a fault')
      }
      await sleep(BETWEEN_LOOKS, undefined, { signal: ending.signal }).catch(() => {})
    }
  })()
  return {
    async stop() {
      ending.abort()
      await done
    },
  }
}

/** One round: what dead workers held, what was scheduled, and every mailing with something due. */
export async function deliverPending(options: DeliverOptions = {}) {
  await takeOver(db.connection('worker'))
  await startScheduled()
  for (const mailing of await mailingsWithDue()) {
    if (options.signal?.aborted) return
    await deliverOrHalt(mailing, options)
  }
}

/** One that cannot be composed any more must not keep the others waiting. */
async function deliverOrHalt(mailing: Mailing, options: DeliverOptions) {
  try {
    await deliverMailing(mailing, options)
    await finishMailing(mailing)
  } catch (error) {
    if (!(error instanceof MailingError)) throw error
    const reason = error.message.slice(0, 500)
    await change(mailing, ['sending'], { status: 'halted', status_reason: reason })
  }
}

async function startScheduled() {
  const due = await Mailing.query()
    .where('status', 'scheduled')
    .where('scheduled_at', '<=', Date.now())
    .preload('list')
  for (const mailing of due) {
    const late = Date.now() - mailing.scheduledAt!.toMillis()
    if (late > LATE) await hold(mailing, late)
    else await startOrHalt(mailing)
  }
}

/** Nobody knows what has changed since: a copy restored from a backup must not send (trap T17). */
function hold(mailing: Mailing, late: number) {
  const hours = (late / LATE).toFixed(1)
  const reason = `It was to be sent ${hours} hours ago, when nothing was running. Send it now with mailings:send, or cancel it.`
  return change(mailing, ['scheduled'], { status: 'held', status_reason: reason })
}

async function startOrHalt(mailing: Mailing) {
  try {
    await startMailing(mailing)
  } catch (error) {
    const reason = (error as Error).message.slice(0, 500)
    await change(mailing, ['scheduled'], { status: 'halted', status_reason: reason })
  }
}

async function mailingsWithDue() {
  const found = await rows<{ id: number }>(
    db.connection('worker'),
    `SELECT m.id FROM mailings m WHERE m.status = 'sending' AND (
      EXISTS (SELECT 1 FROM deliveries d WHERE d.mailing_id = m.id AND d.status IN ('pending', 'deferred', 'claimed')
        AND (d.status = 'pending' OR (d.status = 'deferred' AND d.next_attempt_at <= ?)))
      OR NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.mailing_id = m.id AND d.status IN ('pending', 'deferred', 'claimed')))
    ORDER BY m.id`,
    [Date.now()]
  )
  return Mailing.query()
    .whereIn(
      'id',
      found.map(({ id }) => id)
    )
    .preload('list')
    .orderBy('id')
}
