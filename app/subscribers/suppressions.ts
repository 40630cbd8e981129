import db from '@adonisjs/lucid/services/db'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import Suppression from '#models/suppression'
import { addressHash } from './address_hash.js'
import { normaliseAddress } from './email_address.js'
import { ConsentError, NotFoundError, SubscriberError } from './errors.js'
import { rows } from './rows.js'
import { recordAction } from './staff_actions.js'

/**
 * The weakest first. `manual`: by staff. `bounce`: the address does not work. `objection`: the person wants nothing of
 * any list. `complaint`: reported as spam. `erased`: the person asked to be forgotten.
 */
export const SUPPRESSION_REASONS = ['manual', 'bounce', 'objection', 'complaint', 'erased'] as const
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number]

/** What only the person can take back, by a link in a message that reached them. */
const THE_PERSONS_OWN: string[] = ['objection', 'complaint', 'erased']
const EVERY_LIST = 'all'
/** The person's own objection, beside what others have said of every list: neither hides the other. */
const OBJECTION = 'objection'

/** The scopes that are about every list, for `scope IN (…)`. */
export const EVERY_LIST_SCOPES = `'${EVERY_LIST}', '${OBJECTION}'`

export interface SuppressionOptions {
  /** @default 'manual' */
  reason?: SuppressionReason
  /** Public id of the one list that it is about. @default every list */
  scope?: string
  note?: string
}

/** Makes sure that an address gets no mail. Only a hash of it is kept. The stronger reason stays. */
export async function suppress(
  address: string,
  options: SuppressionOptions = {},
  client: QueryClientContract = db.connection()
) {
  const reason = options.reason ?? 'manual'
  if (!SUPPRESSION_REASONS.includes(reason))
    throw new SubscriberError(
      `There is no reason "${reason}". Use one of: ${SUPPRESSION_REASONS.join(', ')}.`
    )
  await suppressHash(suppressionHash(address), { ...options, reason }, client)
}

/** As `suppress`, by the hash. */
export async function suppressHash(
  hash: string,
  { reason = 'manual', scope = EVERY_LIST, note }: SuppressionOptions,
  client: QueryClientContract
) {
  await rows(
    client,
    `INSERT INTO suppressions (address_hash, scope, reason, note, created_at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (address_hash, scope) DO UPDATE SET reason = excluded.reason, note = excluded.note
    WHERE ${strength('suppressions.reason')} < ${strength('excluded.reason')}`,
    [hash, scope, reason, note?.slice(0, 500) ?? null, Date.now()]
  )
}

/** The person wants nothing of any list, those to come included. */
export const recordObjection = (hash: string, note: string, client: QueryClientContract) =>
  suppressHash(hash, { reason: 'objection', scope: OBJECTION, note }, client)

/** The person takes the own objection back. What others have said stays. */
export async function withdrawObjection(hash: string, client: QueryClientContract) {
  const lifted = await rows(
    client,
    'DELETE FROM suppressions WHERE address_hash = ? AND scope = ? RETURNING id',
    [hash, OBJECTION]
  )
  return lifted.length > 0
}

/** A column of reasons as numbers, the strongest highest. */
export const strength = (column: string) =>
  `CASE ${column} ${SUPPRESSION_REASONS.map((reason, i) => `WHEN '${reason}' THEN ${i}`).join(' ')} END`

/** The hash under which an address is suppressed. */
export const suppressionHash = (address: string) => addressHash(normaliseAddress(address).key)

/**
 * @param key of `normaliseAddress`
 * @param list public id: its own suppressions count too
 */
export async function isSuppressed(key: string, list?: string, client?: QueryClientContract) {
  return (await suppressionOf(addressHash(key), list, client)) !== null
}

/** Why a hash gets no mail (the strongest reason); null when it does. */
export async function suppressionOf(
  hash: string,
  list?: string,
  client: QueryClientContract = db.connection()
): Promise<SuppressionReason | null> {
  const found = await rows<{ reason: SuppressionReason }>(
    client,
    `SELECT reason FROM suppressions WHERE address_hash = ? AND scope IN (${EVERY_LIST_SCOPES}, ?)`,
    [hash, list ?? EVERY_LIST]
  )
  const reasons = found.map(({ reason }) => reason)
  return SUPPRESSION_REASONS.findLast((reason) => reasons.includes(reason)) ?? null
}

/** The person wants mail again, and has shown it by a link that reached the address. */
export async function liftByPerson(hash: string, list: string, client: QueryClientContract) {
  await rows(
    client,
    `DELETE FROM suppressions WHERE address_hash = ? AND scope IN (${EVERY_LIST_SCOPES}, ?)`,
    [hash, list]
  )
}

/**
 * Lets staff lift a suppression that came from a bounce or from staff. It is recorded.
 *
 * @param options.because why, in words
 * @throws ConsentError when only the person can, NotFoundError when there is none
 */
export async function liftSuppression(
  address: string,
  { scope = EVERY_LIST, because }: { scope?: string; because: string }
) {
  if (!because.trim()) throw new SubscriberError('Say in words why it is lifted: --reason TEXT.')
  const hash = suppressionHash(address)
  const row =
    (await Suppression.findBy({ addressHash: hash, scope })) ??
    (await Suppression.findBy({ addressHash: hash, scope: OBJECTION }))
  if (!row) throw new NotFoundError(`"${address}" is not suppressed there. Nothing was changed.`)
  if (THE_PERSONS_OWN.includes(row.reason))
    throw new ConsentError(
      `"${address}" is suppressed by the person's own wish (${row.reason}). Only the person can lift that, by signing up again.`
    )
  await db.connection().transaction(async (client) => {
    await row.useTransaction(client).delete()
    const details = { reason: row.reason, scope, because: because.trim() }
    await recordAction('suppression.lift', hash, details, client)
  })
}

export interface ListedSuppression {
  at: string
  reason: string
  /** Slug; null: every list. */
  list: string | null
  hash: string
  note: string | null
}

/** Newest first. */
export async function listSuppressions({
  address,
  limit = 100,
}: {
  address?: string
  limit?: number
}): Promise<ListedSuppression[]> {
  const found = await rows(
    db.connection(),
    `SELECT x.created_at, x.reason, x.address_hash, x.note, l.slug
    FROM suppressions x LEFT JOIN lists l ON l.public_id = x.scope
    ${address ? 'WHERE x.address_hash = ?' : ''} ORDER BY x.id DESC LIMIT ?`,
    [...(address ? [suppressionHash(address)] : []), limit]
  )
  return found.map((row) => ({
    at: new Date(Number(row.created_at)).toISOString(),
    reason: row.reason,
    list: row.slug,
    hash: row.address_hash,
    note: row.note,
  }))
}
