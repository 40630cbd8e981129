import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import { runScript } from './statement.js'

/** The point to which a failed use's writes are undone. It moves on from use to use. */
export class Savepoint {
  #isSet = false

  constructor(private trx: TransactionClientContract) {}

  /** What was written until now stays. */
  async set() {
    const release = this.#isSet ? 'RELEASE SAVEPOINT request_token_use; ' : ''
    this.#isSet = true
    await runScript(this.trx, `${release}SAVEPOINT request_token_use`)
  }

  /** Undoes what was written since. */
  async rollBack() {
    await runScript(this.trx, 'ROLLBACK TO SAVEPOINT request_token_use')
  }
}
