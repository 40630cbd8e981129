import type { QueryClientContract } from '@adonisjs/lucid/types/database'
import { runStatement } from './statement.js'
import type { Claims, GrantedOutcome, GrantedUse } from './types.js'

/** A use that was let in: what the controller finds as `ctx.requestToken`. */
export class Grant implements GrantedUse {
  readonly #token: string
  remark: string | null = null
  isGivenBack = false

  constructor(
    readonly outcome: GrantedOutcome,
    readonly claims: Claims,
    readonly subject: any,
    readonly at: Date,
    readonly client: QueryClientContract,
    token: string
  ) {
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

  query<Row>(sql: string, bindings?: unknown[]): Promise<Row[]> {
    return runStatement(this.client, sql, bindings) as Promise<Row[]>
  }

  giveBack() {
    this.isGivenBack = true
  }

  note(remark: string) {
    this.remark = remark
  }
}
