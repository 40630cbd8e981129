import type { Logger } from '@adonisjs/core/logger'
import type { Database } from '@adonisjs/lucid/database'
import type { ResolvedConfig } from './define_config.js'
import { Granting } from './granting.js'
import type { Presentation, Waiting } from './presentation.js'
import { insertUses, type FloodBudget, type UseRow } from './record.js'

interface Entry {
  /** Null for a use that only has to be recorded. */
  waiting: Waiting | null
  row: UseRow
  resolve(): void
  reject(error: unknown): void
}

/** Uses in one transaction of SQLite, and records in one statement anywhere. */
const GROUP_SIZE = 64
/** Transactions at once on PostgreSQL, where each use has one to itself. */
const PG_LANES = 6

/**
 * Commits uses. A use, its effect and its record are in one transaction; requests that wait at the
 * same moment share one on SQLite, where a commit costs more than all the rest (group commit). Each
 * is answered only after the commit that holds it.
 */
export class UseLedger {
  #entries: Entry[] = []
  #lanes = 0
  /** Subjects and tokens that a lane is at work for. */
  #busy = new Set<string>()

  constructor(
    private db: Database,
    private config: ResolvedConfig,
    private floods: FloodBudget,
    private logger: Logger
  ) {}

  /** Records a use that changes nothing else. */
  record(row: UseRow) {
    return this.#enqueue(null, row)
  }

  /**
   * Consumes a use, does what it is for, and records it.
   *
   * @throws RequestTokenError when the use is refused, after it has been recorded.
   */
  consume(presentation: Presentation) {
    return this.#enqueue({ ...presentation }, presentation.row)
  }

  #enqueue(waiting: Waiting | null, row: UseRow) {
    return new Promise<void>((resolve, reject) => {
      this.#entries.push({ waiting, row, resolve, reject })
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
    for (let group = this.#takeGroup(); group.length > 0; group = this.#takeGroup()) {
      const keys = group.flatMap(keysOf)
      for (const key of keys) this.#busy.add(key)
      await this.#settle(group)
      for (const key of keys) this.#busy.delete(key)
    }
    this.#lanes--
  }

  /**
   * As many as may share a transaction; the rest keeps its order. Two uses of one token or of one
   * person never do: one may give back what the other spends.
   */
  #takeGroup() {
    const group: Entry[] = []
    const rest: Entry[] = []
    const taken = new Set<string>(this.#busy)
    for (const entry of this.#entries) {
      const keys = keysOf(entry)
      const fits = this.#mayJoin(entry, group) && !keys.some((key) => taken.has(key))
      if (fits) for (const key of keys) taken.add(key)
      ;(fits ? group : rest).push(entry)
    }
    this.#entries = rest
    return group
  }

  /** On PostgreSQL a use shares with nothing: rows that two lanes lock in turn would be a deadlock. */
  #mayJoin(entry: Entry, [first, ...others]: Entry[]) {
    if (!first) return true
    if (this.#onPostgres && (entry.waiting || first.waiting)) return false
    return others.length + 1 < GROUP_SIZE
  }

  async #settle(group: Entry[]) {
    try {
      await this.#commit(group)
    } catch (error) {
      if (group.length === 1 || !(error instanceof UntouchedError)) {
        for (const { reject } of group)
          reject(error instanceof UntouchedError ? error.cause : error)
        return
      }
      // Nothing has been answered yet, and one of them may be the reason: each for itself.
      for (const entry of group) await this.#settle([entry])
      return
    }
    for (const { waiting, resolve, reject } of group) {
      if (waiting?.thrown === undefined) resolve()
      else reject(waiting.thrown)
      this.#afterCommit(waiting)
    }
  }

  #afterCommit(waiting: Waiting | null) {
    if (!waiting?.grant || waiting.row.outcome === 'failed') return
    waiting.grant
      .committed()
      .catch((error) => this.logger.error({ err: error }, 'what was to follow a use has failed'))
  }

  async #commit(group: Entry[]) {
    const uses = group.map(({ waiting }) => waiting).filter((waiting) => waiting !== null)
    const rows = group.map(({ row }) => row)
    // Records alone are one statement, which is a transaction by itself.
    if (uses.length === 0) return insertUses(rows, this.#connection, this.config)

    const trx = await this.#connection.transaction()
    const granting = new Granting(trx, this.config, this.floods)
    try {
      await granting.run(uses)
      await insertUses(rows, trx, this.config)
      await trx.commit()
    } catch (error) {
      if (!trx.isCompleted) await trx.rollback().catch(() => {})
      throw granting.hasAnswered ? error : new UntouchedError(error)
    }
  }
}

/** The transaction failed before any controller had run. */
class UntouchedError extends Error {
  constructor(cause: unknown) {
    super('The uses were not begun', { cause })
  }
}

function keysOf({ waiting }: Entry) {
  if (!waiting) return []
  const { jti, sub } = waiting.claims
  return sub === undefined ? [`token ${jti}`] : [`token ${jti}`, `subject ${sub}`]
}
