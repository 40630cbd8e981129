import db from '@adonisjs/lucid/services/db'
import { DateTime } from 'luxon'
import type Mailing from '#models/mailing'
import { compileMailing, postalAddressOf, prepareMailing } from '#mailings/main'
import { DeliveryError } from './errors.js'

/**
 * Makes the deliveries and lets the sending begin.
 *
 * @throws DeliveryError when there is nobody to send to, MailingError when it cannot be composed
 * @returns how many are to get it
 */
export async function startMailing(mailing: Mailing): Promise<number> {
  await checkMailing(mailing)
  const total = await prepareMailing(mailing)
  if (total === 0) {
    await change(mailing, [mailing.status], { prepared_at: null })
    throw new DeliveryError(
      `Nobody is to get this mailing: the list "${mailing.list.slug}"${await topicWords(mailing)} has no subscriber who may. Import some first; nothing was sent.`
    )
  }
  await change(mailing, ['draft', 'scheduled', 'held'], {
    status: 'sending',
    status_reason: null,
    started_at: Date.now(),
  })
  return total
}

/** @throws DeliveryError, MailingError: what must be put right before it can be sent */
export async function checkMailing(mailing: Mailing) {
  if (postalAddressOf(mailing.list) === '')
    throw new DeliveryError(
      `The list "${mailing.list.slug}" has no postal address, which every mailing must show. Set POSTAL_ADDRESS, or give the list one.`
    )
  await compileMailing(mailing)
}

/** @throws DeliveryError when the time is none, or past */
export async function scheduleMailing(mailing: Mailing, at: string) {
  const time = DateTime.fromISO(at, { zone: mailing.list.timeZone })
  if (!time.isValid)
    throw new DeliveryError(`"${at}" is no time. Write e.g. --at 2026-12-01T09:00 or …T09:00:00Z.`)
  if (time.toMillis() <= Date.now())
    throw new DeliveryError(`${time.toISO()} is past. Give a later time, or leave --at out.`)
  await checkMailing(mailing)
  await change(mailing, ['draft', 'scheduled', 'held'], {
    status: 'scheduled',
    status_reason: null,
    scheduled_at: time.toMillis(),
  })
  return time
}

/** Changes a mailing where it still is in one of these states; says whether it was. */
export async function change(mailing: Mailing, from: string[], values: Record<string, unknown>) {
  const changed = await db
    .from('mailings')
    .where('id', mailing.id)
    .whereIn('status', from)
    .update({ ...values, updated_at: Date.now() })
  await mailing.refresh()
  return Number(changed) > 0
}

async function topicWords(mailing: Mailing) {
  await mailing.load('topics')
  const names = mailing.topics.map(({ slug }) => slug)
  return names.length > 0 ? ` (topics: ${names.join(', ')})` : ''
}
