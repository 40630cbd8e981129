import type { Database } from '@adonisjs/lucid/database'
import type { ResolvedConfig } from './define_config.js'
import { Granting } from './granting.js'
import type { Presentation, Waiting } from './presentation.js'
import { insertUses, type UseRow } from './record.js'

interface Entry {
  /** Null for a use that only has to be recorded. */
  waiting: Waiting | null
  row: UseRow
  resolve(): void
  reject(error: unknown): void
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
  #entries: Entry[] = []
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
    while (this.#entries.length > 0) await this.#settle(this.#takeGroup())
    this.#lanes--
  }

  /** As many as may share a transaction, no token twice; the rest keeps its order. */
  #takeGroup() {
    const mostUses = this.#onPostgres ? 1 : GROUP_SIZE
    const group: Entry[] = []
    const rest: Entry[] = []
    const tokens = new Set<string>()
    for (const entry of this.#entries) {
      const jti = entry.waiting?.claims.jti
      const fits =
        group.length < GROUP_SIZE && (!jti || (!tokens.has(jti) && tokens.size < mostUses))
      if (fits && jti) tokens.add(jti)
      ;(fits ? group : rest).push(entry)
    }
    this.#entries = rest
    return group
  }

  async #settle(group: Entry[]) {
    try {
      await this.#commit(group)
      for (const { waiting, resolve, reject } of group)
        waiting?.thrown === undefined ? resolve() : reject(waiting.thrown)
    } catch (error) {
      for (const { reject } of group) reject(error)
    }
  }

  async #commit(group: Entry[]) {
    const uses = group.map(({ waiting }) => waiting).filter((waiting) => waiting !== null)
    const rows = group.map(({ row }) => row)
    // Records alone are one statement, which is a transaction by itself.
    if (uses.length === 0) return insertUses(rows, this.#connection, this.config)

    const trx = await this.#connection.transaction()
    try {
      await new Granting(trx, this.config).run(uses)
      await insertUses(rows, trx, this.config)
      await trx.commit()
    } catch (error) {
      if (!trx.isCompleted) await trx.rollback()
      throw error
    }
  }
}
