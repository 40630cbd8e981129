import type { DeliveryStatus } from '#models/delivery'
import type { Outcome } from './outcome.js'
import { MOST_BREAKS, waitAfter } from './retries.js'

/** What the ledger row says after an attempt. */
export interface Settlement {
  status: DeliveryStatus
  attempts: number
  nextAttemptAt: number | null
  settledAt: number | null
  code: number | null
  enhanced: string | null
  reason: string | null
}

const WAIT_AFTER_BREAKS = 10 * 60_000

/** @param attempts so far, without this one */
export function settlementOf(outcome: Outcome, attempts: number, now: number): Settlement {
  const { kind, reply } = outcome
  const facts = { code: reply.code, enhanced: reply.status, reason: reply.text || null }
  const settled = { ...facts, attempts: attempts + 1, nextAttemptAt: null, settledAt: now }
  const back = {
    attempts,
    nextAttemptAt: null,
    settledAt: null,
    code: null,
    enhanced: null,
    reason: null,
  }
  switch (kind) {
    case 'sent':
      return { ...settled, status: 'sent', reason: null }
    case 'failed':
      return { ...settled, status: 'failed' }
    case 'uncertain':
      return { ...settled, status: 'uncertain', reason: LOST_REPLY }
    case 'deferred':
      return deferred(settled, waitAfter(attempts + 1), now)
    case 'broken':
      return attempts + 1 < MOST_BREAKS
        ? { ...back, status: 'pending', attempts: attempts + 1 }
        : deferred(settled, WAIT_AFTER_BREAKS, now)
    default:
      return { ...back, status: 'pending' }
  }
}

export const LOST_REPLY =
  'The connection was lost after the whole message had been sent and before the server answered.'

function deferred(
  settled: Omit<Settlement, 'status'>,
  wait: number | null,
  now: number
): Settlement {
  if (wait === null)
    return {
      ...settled,
      status: 'failed',
      reason: `Given up after ${settled.attempts} attempts: ${settled.reason}`,
    }
  return { ...settled, status: 'deferred', settledAt: null, nextAttemptAt: now + wait }
}
