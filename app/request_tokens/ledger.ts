import type { Database } from '@adonisjs/lucid/database'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import { consume, giveBack } from './consumption.js'
import type { ResolvedConfig } from './define_config.js'
import { RequestTokenError } from './errors.js'
import { Grant } from './granted_use.js'
import { insertUses, type UseRow } from './record.js'
import { runScript, runStatement } from './statement.js'
import { loadStates, type KnownToken, type TokenState } from './token_state.js'
import { refusalByState } from './verdict.js'

/** A consuming request that waits for its turn. */
export interface Presentation extends KnownToken {
  token: string
  at: Date
  row: UseRow
  /** Runs the controller. Gives the status of its answer. */
  work(grant: Grant): Promise<number>
}

interface Waiting {
  presentation: Presentation | null
  row: UseRow
  resolve(): void
  reject(error: unknown): void
  /** What the controller threw; told to the client after the record has been committed. */
  thrown?: unknown
}

/** Uses in one transaction of SQLite, and records in one transaction anywhere. */
const GROUP_SIZE = 64
/** Transactions at once on PostgreSQL, where each use has its own. */
const PG_LANES = 6

/**
 * Commits uses. A use, its effect and its record are in one transaction; requests that wait at the
 * same moment share one on SQLite, where a commit costs more than all the rest (group commit). Each
 * is answered only after the commit that holds it.
 */
export class UseLedger {
  #waiting: Waiting[] = []
  #lanes = 0

  constructor(
    private db: Database,
    private config: ResolvedConfig
  ) {}

  /** Records a use that changes nothing else. */
  record(row: UseRow) {
    return this.#enqueue(null, row)
  }

  /**
   * Consumes a use, runs the controller and records both.
   *
   * @throws RequestTokenError when the use is refused, after it has been recorded.
   */
  consume(presentation: Presentation) {
    return this.#enqueue(presentation, presentation.row)
  }

  #enqueue(presentation: Presentation | null, row: UseRow) {
    return new Promise<void>((resolve, reject) => {
      this.#waiting.push({ presentation, row, resolve, reject })
      if (this.#lanes < (this.#onPostgres ? PG_LANES : 1)) void this.#openLane()
    })
  }

  get #connection() {
    return this.db.connection(this.config.connection)
  }

  get #onPostgres() {
    return this.#connection.dialect.name === 'postgres'
  }

  async #openLane() {
    this.#lanes++
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) await this.#settle(this.#takeGroup())
    this.#lanes--
  }

  /** As many as may share a transaction, no token twice; the rest keeps its order. */
  #takeGroup() {
    const mostUses = this.#onPostgres ? 1 : GROUP_SIZE
    const group: Waiting[] = []
    const rest: Waiting[] = []
    const tokens = new Set<string>()
    for (const waiting of this.#waiting) {
      const jti = waiting.presentation?.claims.jti
      const fits =
        group.length < GROUP_SIZE && (!jti || (!tokens.has(jti) && tokens.size < mostUses))
      if (fits && jti) tokens.add(jti)
      ;(fits ? group : rest).push(waiting)
    }
    this.#waiting = rest
    return group
  }

  async #settle(group: Waiting[]) {
    try {
      await this.#commit(group)
      for (const { thrown, resolve, reject } of group)
        thrown === undefined ? resolve() : reject(thrown)
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  async #commit(group: Waiting[]) {
    const uses = group.filter(({ presentation }) => presentation !== null)
    const rows = group.map(({ row }) => row)
    // Records alone are one statement, which is a transaction by itself.
    if (uses.length === 0) return insertUses(rows, this.#connection, this.config)

    const trx = await this.#connection.transaction()
    try {
      await this.#runUses(uses, trx)
      await insertUses(rows, trx, this.config)
      await trx.commit()
    } catch (error) {
      if (!trx.isCompleted) await trx.rollback()
      throw error
    }
  }

  async #runUses(group: Waiting[], trx: TransactionClientContract) {
    if (!this.#onPostgres) await takeWriteLock(trx)
    const tokens = group.map(({ presentation }) => presentation!)
    const states = await loadStates(tokens, trx, this.config)
    const refusals = tokens.map(({ scope }, index) => refusalByState(states[index], scope))
    const good = tokens.filter((_token, index) => refusals[index] === null)
    const spent = await consume(
      good.map(({ claims }) => claims),
      trx,
      this.config
    )

    const savepoint = new Savepoint(trx)
    for (const [index, waiting] of group.entries()) {
      const { claims } = waiting.presentation!
      if (spent.has(claims.jti)) await this.#grant(waiting, states[index], savepoint)
      else await this.#refuse(waiting, refusals[index] ?? 'replayed', states[index], trx)
    }
  }

  /** The use is spent; the controller's own writes stand or fall by themselves. */
  async #grant(waiting: Waiting, state: TokenState, savepoint: Savepoint) {
    const { presentation, row } = waiting
    const { claims, at, token, work } = presentation!
    const { trx } = savepoint
    const grant = new Grant('used', claims, state.subject, at, trx, token)
    row.outcome = 'used'
    await savepoint.set()
    try {
      row.status_code = await work(grant)
    } catch (error) {
      waiting.thrown = error
      row.status_code = statusOf(error)
    }
    row.note = grant.remark
    if (waiting.thrown === undefined && !grant.isGivenBack && row.status_code < 500) return
    row.outcome = 'failed'
    await savepoint.rollBack()
    await giveBack(claims.jti, trx)
  }

  /** An idempotent scope whose state already is what the link asks for is answered all the same. */
  async #refuse(
    waiting: Waiting,
    refusal: NonNullable<ReturnType<typeof refusalByState>>,
    state: TokenState,
    trx: TransactionClientContract
  ) {
    const { presentation, row } = waiting
    const { claims, scope, at, token, work } = presentation!
    const { subject } = state
    const mayBeDone = refusal === 'replayed' || refusal === 'unknown_subject'
    if (mayBeDone && (await scope.isDone?.({ claims, subject }, trx))) {
      const grant = new Grant('replayed', claims, subject, at, trx, token)
      row.outcome = 'replayed'
      try {
        row.status_code = await work(grant)
      } catch (error) {
        waiting.thrown = error
        row.status_code = statusOf(error)
      }
      row.note = grant.remark
      return
    }
    const error = new RequestTokenError(refusal, refusal === 'invalid' ? null : claims)
    row.outcome = refusal
    row.status_code = error.status
    waiting.thrown = error
  }
}

/** The point to which a failed controller's writes are undone; it moves on from use to use. */
class Savepoint {
  #isSet = false

  constructor(readonly trx: TransactionClientContract) {}

  async set() {
    const sql = this.#isSet ? 'RELEASE SAVEPOINT request_token_use; ' : ''
    this.#isSet = true
    await runScript(this.trx, `${sql}SAVEPOINT request_token_use`)
  }

  async rollBack() {
    await runScript(this.trx, 'ROLLBACK TO SAVEPOINT request_token_use')
  }
}

/** A transaction that reads first and writes later is refused by SQLite when another wrote between. */
function takeWriteLock(trx: TransactionClientContract) {
  return runStatement(trx, 'UPDATE request_tokens SET uses = uses WHERE 0')
}

/** The status with which an error will be answered. */
export function statusOf(error: unknown) {
  const status = (error as { status?: unknown } | null)?.status
  return typeof status === 'number' ? status : 500
}
