import type { Grant } from './granted_use.js'
import type { UseRow } from './record.js'
import type { KnownToken } from './token_state.js'
import type { Effect } from './types.js'

/** A consuming request: what it brought, and what is to be done when it is let in. */
export interface Presentation extends KnownToken {
  token: string
  at: Date
  row: UseRow
  /** What the use does, where the route says so; done before the controller runs. */
  effect: Effect | null
  /** Runs the controller. Gives the status of its answer. */
  work(grant: Grant): Promise<number>
}

/** A presentation that waits for the commit that holds it. */
export interface Waiting extends Presentation {
  /** Set once it was let in. */
  grant?: Grant
  /** What was thrown; told to the client after the record has been committed. */
  thrown?: unknown
}

/** The status with which an error will be answered. */
export function statusOf(error: unknown) {
  const status = (error as { status?: unknown } | null)?.status
  return typeof status === 'number' ? status : 500
}
