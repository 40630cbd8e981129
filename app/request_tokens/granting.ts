import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import { consume, giveBack } from './consumption.js'
import { Exception } from '@adonisjs/core/exceptions'
import type { ResolvedConfig } from './define_config.js'
import { RequestTokenError } from './errors.js'
import { Grant } from './granted_use.js'
import { statusOf, type Waiting } from './presentation.js'
import { anonymise, type FloodBudget } from './record.js'
import { Savepoint } from './savepoint.js'
import { runStatement } from './statement.js'
import { loadStates, type TokenState } from './token_state.js'
import type { Effect, Refusal } from './types.js'
import { refusalByState } from './verdict.js'

/** A controller that takes longer is answered for with 503: others wait behind it. */
const DEADLINE_MS = 10_000

interface Granted {
  waiting: Waiting
  grant: Grant
}

/** Decides on uses that share a transaction, and does what they are for. */
export class Granting {
  readonly #savepoint: Savepoint
  /** Whether a controller has run: from then on the group cannot be tried again. */
  hasAnswered = false

  constructor(
    private trx: TransactionClientContract,
    private config: ResolvedConfig,
    private floods: FloodBudget
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
    const { claims, at, token, row } = waiting
    row.outcome = outcome
    return (waiting.grant = new Grant(outcome, claims, subject, at, this.trx, token))
  }

  /** The use is spent; what it writes stands or falls by itself. */
  async #alone(effect: Effect | null, use: Granted) {
    await this.#savepoint.set()
    await this.#answer(use, async ({ grant, waiting }) => {
      await effect?.([grant], this.trx)
      return waiting.work(grant)
    })
    if (hasFailed(use)) await this.#fail(use)
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
    await this.#rollBack(failed[0])
    const others = uses.filter((use) => !hasFailed(use))
    if (others.length > 0) await doFor(others)
    for (const { waiting } of failed) {
      waiting.row.outcome = 'failed'
      await giveBack(waiting.claims.jti, this.trx)
    }
    return true
  }

  async #answer(use: Granted, answer: (use: Granted) => Promise<number>) {
    const { waiting, grant } = use
    this.hasAnswered = true
    try {
      waiting.row.status_code = await withinDeadline(answer(use))
    } catch (error) {
      waiting.thrown = error
      waiting.row.status_code = statusOf(error)
    }
    grant.close()
    waiting.row.note = grant.remark
  }

  async #fail(use: Granted) {
    use.waiting.row.outcome = 'failed'
    await this.#rollBack(use)
    if (use.grant.outcome === 'used') await giveBack(use.waiting.claims.jti, this.trx)
  }

  /** A fault that ended the transaction by itself (a full disk) leaves no savepoint: that fault counts. */
  async #rollBack({ waiting }: Granted) {
    try {
      await this.#savepoint.rollBack()
    } catch (error) {
      throw waiting.thrown ?? error
    }
  }

  /** An idempotent scope whose state already is what the link asks for is answered all the same. */
  async #refuse(waiting: Waiting, refusal: Refusal, state: TokenState) {
    const { claims, scope, row } = waiting
    const mayBeDone = refusal === 'replayed' || refusal === 'unknown_subject'
    if (mayBeDone && scope.isDone) {
      const use = { waiting, grant: this.#grant('replayed', waiting, state) }
      await this.#savepoint.set()
      const isDone = await this.#answerIfDone(use)
      if (hasFailed(use)) await this.#fail(use)
      if (isDone || hasFailed(use)) return anonymiseIfGone(waiting, state)
    }
    const error = new RequestTokenError(refusal, refusal === 'invalid' ? null : claims)
    row.outcome = refusal
    row.status_code = error.status
    this.floods.apply(row)
    anonymiseIfGone(waiting, state)
    waiting.thrown = error
  }

  /** @returns whether the state already is what the link asks for. */
  async #answerIfDone(use: Granted) {
    const { waiting, grant } = use
    const { claims, scope } = waiting
    let isDone = false
    await this.#answer(use, async () => {
      isDone = await scope.isDone!({ claims, subject: grant.subject }, this.trx)
      return isDone ? waiting.work(grant) : 0
    })
    return isDone
  }
}

function anonymiseIfGone({ row, scope }: Waiting, { subject }: TokenState) {
  if (scope.mode !== 'none' && subject === null) anonymise(row)
}

function withinDeadline(answer: Promise<number>) {
  let timer: NodeJS.Timeout
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Exception('The page took too long and was given up', { status: 503 })),
      DEADLINE_MS
    )
  })
  return Promise.race([answer, deadline]).finally(() => clearTimeout(timer))
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
