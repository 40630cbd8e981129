import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { claim, type Held, type Holder } from './claiming.js'
import type { Outcome } from './outcome.js'
import {
  release,
  writeBeginnings,
  writeSettlements,
  type Beginning,
  type Settled,
} from './ledger_statements.js'
import { rows } from './rows.js'
import { settlementOf } from './settlement.js'

interface Asked extends Beginning {
  resolve(may: boolean): void
  reject(error: unknown): void
}

const MOST_TRIES = 30
const BETWEEN_TRIES = 1_000

/**
 * The deliveries of one mailing, as one worker keeps them. What happens on several connections at
 * the same moment is written in one transaction: outcomes, and the marks of what begins next. So a
 * worker that dies leaves at most one marked delivery for each connection.
 */
export class Ledger {
  #beginnings: Asked[] = []
  #settlements: Settled[] = []
  #writing: Promise<void> | null = null
  readonly #heartbeat: NodeJS.Timeout

  constructor(
    readonly client: QueryClientContract,
    readonly holder: Holder
  ) {
    this.#heartbeat = setInterval(() => void this.#renew().catch(() => {}), holder.leaseMs / 3)
    this.#heartbeat.unref()
  }

  claim(limit: number) {
    return claim(this.client, this.holder, limit)
  }

  /**
   * Marks a delivery, before its message is handed over. False when it may not be: the mailing has
   * been stopped, the person has left; it is then no longer held.
   */
  begin(held: Held, messageId: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#beginnings.push({ held, messageId, resolve, reject })
      this.#write()
    })
  }

  /** Notes what came of an attempt; written with what comes next. */
  settle(held: Held, outcome: Outcome) {
    const settlement = settlementOf(outcome, held.attempts, Date.now())
    this.#settlements.push({ id: held.id, settlement })
    this.#write()
  }

  /** Gives back what was held and not begun. */
  async release(helds: Held[]) {
    if (helds.length > 0)
      await release(
        this.client,
        this.holder,
        helds.map(({ id }) => id)
      )
  }

  /** Ends the worker's hold, with everything written. */
  async close() {
    clearInterval(this.#heartbeat)
    while (this.#writing) await this.#writing
  }

  #write() {
    this.#writing ??= this.#writeAll().finally(() => (this.#writing = null))
    this.#writing.catch(() => {})
  }

  async #writeAll() {
    await turn() // what other connections have to say in this moment comes along
    while (this.#beginnings.length > 0 || this.#settlements.length > 0) {
      const beginnings = this.#beginnings.splice(0)
      const settlements = this.#settlements.splice(0)
      try {
        const begun = await untilWritten(() => this.#turn(beginnings, settlements))
        for (const { held, resolve } of beginnings) resolve(begun.has(held.id))
      } catch (error) {
        for (const { reject } of beginnings) reject(error)
        throw error
      }
    }
  }

  #turn(beginnings: Beginning[], settlements: Settled[]) {
    return this.client.transaction(async (trx) => {
      await writeSettlements(trx, this.holder, settlements)
      const begun = await writeBeginnings(trx, this.holder, beginnings)
      const refused = beginnings.map(({ held }) => held.id).filter((id) => !begun.has(id))
      if (refused.length > 0) await release(trx, this.holder, refused)
      return begun
    })
  }

  #renew() {
    const { worker, mailingId, leaseMs } = this.holder
    return rows(
      this.client,
      `UPDATE deliveries SET lease_until = ? WHERE mailing_id = ? AND claimed_by = ? AND status = 'claimed'`,
      [Date.now() + leaseMs, mailingId, worker]
    )
  }
}

/** An outcome must not be lost because the database is busy or away for a moment. */
async function untilWritten<T>(write: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await write()
    } catch (error) {
      if (tries >= MOST_TRIES) throw error
      await sleep(BETWEEN_TRIES)
    }
  }
}
