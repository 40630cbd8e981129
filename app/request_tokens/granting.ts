import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import { consume, giveBack } from './consumption.js'
import type { ResolvedConfig } from './define_config.js'
import { RequestTokenError } from './errors.js'
import { Grant } from './granted_use.js'
import { statusOf, type Waiting } from './presentation.js'
import { Savepoint } from './savepoint.js'
import { runStatement } from './statement.js'
import { loadStates, type TokenState } from './token_state.js'
import type { Effect, Refusal } from './types.js'
import { refusalByState } from './verdict.js'

interface Granted {
  waiting: Waiting
  grant: Grant
}

/** Decides on uses that share a transaction, and does what they are for. */
export class Granting {
  readonly #savepoint: Savepoint

  constructor(
    private trx: TransactionClientContract,
    private config: ResolvedConfig
  ) {
    this.#savepoint = new Savepoint(trx)
  }

  /** @param group no token twice. */
  async run(group: Waiting[]) {
    if (this.trx.dialect.name !== 'postgres') await this.#takeWriteLock()
    const states = await loadStates(group, this.trx, this.config)
    const refusals = group.map(({ scope }, index) => refusalByState(states[index], scope))
    const good = group.filter((_waiting, index) => refusals[index] === null)
    const spent = await consume(
      good.map(({ claims }) => claims),
      this.trx,
      this.config
    )

    const granted: Granted[] = []
    for (const [index, waiting] of group.entries()) {
      if (spent.has(waiting.claims.jti))
        granted.push({ waiting, grant: this.#grant('used', waiting, states[index]) })
      else await this.#refuse(waiting, refusals[index] ?? 'replayed', states[index])
    }
    for (const [effect, uses] of byEffect(granted)) {
      const together = effect !== null && uses.length > 1 && (await this.#together(effect, uses))
      if (!together) for (const use of uses) await this.#alone(effect, use)
    }
  }

  /** A transaction that reads first and writes later is refused by SQLite when another wrote between. */
  #takeWriteLock() {
    return runStatement(this.trx, 'UPDATE request_tokens SET uses = uses WHERE 0')
  }

  #grant(outcome: 'used' | 'replayed', waiting: Waiting, { subject }: TokenState) {
    waiting.row.outcome = outcome
    return new Grant(outcome, waiting.claims, subject, waiting.at, this.trx, waiting.token)
  }

  /** The use is spent; what it writes stands or falls by itself. */
  async #alone(effect: Effect | null, use: Granted) {
    await this.#savepoint.set()
    await this.#answer(use, async ({ grant, waiting }) => {
      await effect?.([grant], this.trx)
      return waiting.work(grant)
    })
    if (!hasFailed(use)) return
    await this.#savepoint.rollBack()
    await this.#fail(use)
  }

  /**
   * The effect of many uses in one go. When an answer fails, all is undone and done again without it.
   *
   * @returns false when the effect could not be done for all: each has to be tried alone.
   */
  async #together(effect: Effect, uses: Granted[]) {
    const doFor = (some: Granted[]) =>
      effect(
        some.map(({ grant }) => grant),
        this.trx
      )
    await this.#savepoint.set()
    try {
      await doFor(uses)
    } catch {
      await this.#savepoint.rollBack()
      return false
    }
    await Promise.all(
      uses.map((use) => this.#answer(use, ({ waiting, grant }) => waiting.work(grant)))
    )
    const failed = uses.filter(hasFailed)
    if (failed.length === 0) return true
    await this.#savepoint.rollBack()
    const others = uses.filter((use) => !hasFailed(use))
    if (others.length > 0) await doFor(others)
    for (const use of failed) await this.#fail(use)
    return true
  }

  async #answer(use: Granted, answer: (use: Granted) => Promise<number>) {
    const { waiting, grant } = use
    try {
      waiting.row.status_code = await answer(use)
    } catch (error) {
      waiting.thrown = error
      waiting.row.status_code = statusOf(error)
    }
    waiting.row.note = grant.remark
  }

  async #fail({ waiting }: Granted) {
    waiting.row.outcome = 'failed'
    await giveBack(waiting.claims.jti, this.trx)
  }

  /** An idempotent scope whose state already is what the link asks for is answered all the same. */
  async #refuse(waiting: Waiting, refusal: Refusal, state: TokenState) {
    const { claims, scope } = waiting
    const mayBeDone = refusal === 'replayed' || refusal === 'unknown_subject'
    if (mayBeDone && (await scope.isDone?.({ claims, subject: state.subject }, this.trx))) {
      const grant = this.#grant('replayed', waiting, state)
      return this.#answer({ waiting, grant }, () => waiting.work(grant))
    }
    const error = new RequestTokenError(refusal, refusal === 'invalid' ? null : claims)
    waiting.row.outcome = refusal
    waiting.row.status_code = error.status
    waiting.thrown = error
  }
}

function hasFailed({ waiting, grant }: Granted) {
  return waiting.thrown !== undefined || grant.isGivenBack || waiting.row.status_code >= 500
}

function byEffect(granted: Granted[]) {
  const groups = new Map<Effect | null, Granted[]>()
  for (const use of granted) {
    const { effect } = use.waiting
    groups.set(effect, [...(groups.get(effect) ?? []), use])
  }
  return groups
}
