import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { plainText } from './record.js'
import { runStatement } from './statement.js'
import type { Claims, GrantedOutcome, GrantedUse } from './types.js'

const MAX_REMARK = 64

/** A use that was let in: what the controller finds as `ctx.requestToken`. */
export class Grant implements GrantedUse {
  readonly #token: string
  readonly #client: QueryClientContract
  readonly #afterCommit: (() => unknown)[] = []
  #isClosed = false
  remark: string | null = null
  isGivenBack = false

  constructor(
    readonly outcome: GrantedOutcome,
    readonly claims: Claims,
    readonly subject: any,
    readonly at: Date,
    client: QueryClientContract,
    token: string
  ) {
    this.#client = client
    this.#token = token
  }

  get scope() {
    return this.claims.scope
  }

  get data() {
    return this.claims.data
  }

  get token() {
    return this.#token
  }

  get client() {
    if (this.#isClosed)
      throw new TypeError(
        'This use is over: its transaction belongs to others now. Write before the controller returns.'
      )
    return this.#client
  }

  query<Row>(sql: string, bindings?: unknown[]): Promise<Row[]> {
    return runStatement(this.client, sql, bindings) as Promise<Row[]>
  }

  note(remark: string) {
    this.remark = plainText(remark, MAX_REMARK)
  }

  giveBack() {
    this.isGivenBack = true
  }

  afterCommit(callback: () => unknown) {
    this.#afterCommit.push(callback)
  }

  /** Called when the controller has answered: later writes would end in another's transaction. */
  close() {
    this.#isClosed = true
  }

  /** Called when the use is on disk. */
  async committed() {
    for (const callback of this.#afterCommit) await callback()
  }
}
