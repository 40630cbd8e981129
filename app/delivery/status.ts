import db from '@adonisjs/lucid/services/db'
import { DELIVERY_STATUSES, type DeliveryStatus } from '#models/delivery'
import type Mailing from '#models/mailing'
import type { MailingStatus } from '#models/mailing'
import { findMailing } from '#mailings/main'

export type Counts = Record<DeliveryStatus, number>

export interface MailingStatusReport {
  id: string
  status: MailingStatus
  /** Why it stands there, where it did not go as usual. */
  statusReason: string | null
  subject: string
  list: string
  /** Deliveries, by what became of them. */
  counts: Counts
  total: number
  scheduledAt: string | null
  startedAt: string | null
  finishedAt: string | null
  /** When the next deferred delivery is due. */
  nextAttemptAt: string | null
}

/** How far a mailing is, counted from its deliveries. @throws MailingNotFoundError */
export async function mailingStatus(publicId: string): Promise<MailingStatusReport> {
  const mailing = await findMailing(publicId)
  const counts = await countsOf(mailing)
  return {
    id: mailing.publicId,
    status: mailing.status,
    statusReason: mailing.statusReason,
    subject: mailing.subject,
    list: mailing.list.slug,
    counts,
    total: Object.values(counts).reduce((sum, count) => sum + count, 0),
    scheduledAt: mailing.scheduledAt?.toISO() ?? null,
    startedAt: mailing.startedAt?.toISO() ?? null,
    finishedAt: mailing.finishedAt?.toISO() ?? null,
    nextAttemptAt: await nextAttempt(mailing),
  }
}

export async function countsOf(mailing: Mailing): Promise<Counts> {
  const found = await db
    .from('deliveries')
    .where('mailing_id', mailing.id)
    .groupBy('status')
    .select('status')
    .count('* as total')
  const counts = Object.fromEntries(DELIVERY_STATUSES.map((status) => [status, 0])) as Counts
  for (const { status, total } of found) counts[status as DeliveryStatus] = Number(total)
  return counts
}

async function nextAttempt(mailing: Mailing) {
  const [{ next }] = await db
    .from('deliveries')
    .where({ mailing_id: mailing.id, status: 'deferred' })
    .min('next_attempt_at as next')
  return next === null ? null : new Date(Number(next)).toISOString()
}

/** A failed, uncertain or skipped delivery, for people to look at. */
export interface Trouble {
  email: string | null
  status: DeliveryStatus
  code: number | null
  enhancedStatus: string | null
  reason: string | null
}

/** What did not go well, the first so many. */
export async function troublesOf(publicId: string, limit = 20): Promise<Trouble[]> {
  const mailing = await findMailing(publicId)
  const found = await db
    .from('deliveries as d')
    .join('subscribers as s', 's.id', 'd.subscriber_id')
    .where('d.mailing_id', mailing.id)
    .whereIn('d.status', ['failed', 'uncertain', 'skipped', 'deferred'])
    .orderBy('d.id')
    .limit(limit)
    .select('s.email', 'd.status', 'd.smtp_code', 'd.smtp_status', 'd.reason')
  return found.map((row) => ({
    email: row.email,
    status: row.status,
    code: row.smtp_code,
    enhancedStatus: row.smtp_status,
    reason: row.reason,
  }))
}
