import db from '@adonisjs/lucid/services/db'
import type { DeliveryStatus } from '#models/delivery'

export type MailingCounts = Record<DeliveryStatus | 'waiting' | 'total', number>

const NONE: MailingCounts = {
  pending: 0,
  claimed: 0,
  sent: 0,
  deferred: 0,
  failed: 0,
  skipped: 0,
  uncertain: 0,
  waiting: 0,
  total: 0,
}
const WAITING: string[] = ['pending', 'claimed', 'deferred']

/** What became of the deliveries of each mailing, by its row number. */
export async function deliveryCounts(mailingIds: number[]): Promise<Map<number, MailingCounts>> {
  const rows = await db
    .from('deliveries')
    .whereIn('mailing_id', mailingIds)
    .groupBy('mailing_id', 'status')
    .select('mailing_id', 'status')
    .count('* as count')

  const counts = new Map(mailingIds.map((id) => [id, { ...NONE }]))
  for (const row of rows) {
    const of = counts.get(row.mailing_id)!
    of[row.status as DeliveryStatus] = Number(row.count)
    of.total += Number(row.count)
    if (WAITING.includes(row.status)) of.waiting += Number(row.count)
  }
  return counts
}

/** How many are off the list now because of each mailing, by its public id. */
export async function leaveCounts(mailings: string[]): Promise<Map<string, number>> {
  const rows = await db
    .from('subscriptions')
    .where('status', 'unsubscribed')
    .whereIn('left_through', mailings)
    .groupBy('left_through')
    .select('left_through')
    .count('* as count')

  const counts = new Map(mailings.map((mailing) => [mailing, 0]))
  for (const row of rows) counts.set(row.left_through, Number(row.count))
  return counts
}
