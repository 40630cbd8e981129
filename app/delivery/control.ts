import db from '@adonisjs/lucid/services/db'
import type Mailing from '#models/mailing'
import { findMailing } from '#mailings/main'
import { DeliveryError } from './errors.js'
import { CANCELLED } from './ledger_statements.js'
import { change } from './start_mailing.js'

/*
 * The brakes. Workers read the state of the mailing with every message that they begin, so each acts
 * at once; what is in flight is finished.
 */

/** @throws DeliveryError when it is not under way */
export async function pauseMailing(publicId: string) {
  const mailing = await findMailing(publicId)
  if (!(await change(mailing, ['sending', 'scheduled'], { status: 'paused' })))
    throw refused(mailing, 'paused', 'Only one that is being sent, or scheduled, can be.')
  return mailing
}

/** @throws DeliveryError when it is not paused, halted or held */
export async function resumeMailing(publicId: string) {
  const mailing = await findMailing(publicId)
  const status = mailing.preparedAt ? 'sending' : 'scheduled'
  if (!(await change(mailing, ['paused', 'halted', 'held'], { status, status_reason: null })))
    throw refused(mailing, 'resumed', 'Only one that is paused, halted or held can be.')
  return mailing
}

/** @throws DeliveryError when it is over */
export async function cancelMailing(publicId: string) {
  const mailing = await findMailing(publicId)
  const open = ['draft', 'scheduled', 'sending', 'paused', 'halted', 'held']
  const over = { status: 'cancelled', finished_at: Date.now() }
  if (!(await change(mailing, open, over)))
    throw refused(mailing, 'cancelled', 'It is over already.')
  await db
    .from('deliveries')
    .where('mailing_id', mailing.id)
    .whereIn('status', ['pending', 'deferred'])
    .update({ status: 'skipped', reason: CANCELLED, settled_at: Date.now() })
  return mailing
}

export interface RetryOptions {
  failed?: boolean
  /** They may get it twice: the server may have taken the first. */
  uncertain?: boolean
}

/** Lets deliveries be tried once more. @returns how many */
export async function retryMailing(publicId: string, { failed, uncertain }: RetryOptions) {
  const mailing = await findMailing(publicId)
  if (['draft', 'scheduled', 'cancelled'].includes(mailing.status))
    throw refused(mailing, 'tried again', 'Nothing of it has been sent.')
  const statuses = [...(failed ? ['failed'] : []), ...(uncertain ? ['uncertain'] : [])]
  const count = await db
    .from('deliveries')
    .where('mailing_id', mailing.id)
    .whereIn('status', statuses)
    .update({ status: 'pending', attempts: 0, settled_at: null, reason: null, claimed_by: null })
  if (Number(count) > 0) await change(mailing, ['sent'], { status: 'sending', finished_at: null })
  return Number(count)
}

function refused({ publicId, status }: Mailing, what: string, why: string) {
  return new DeliveryError(`The mailing ${publicId} is "${status}" and cannot be ${what}. ${why}`)
}
