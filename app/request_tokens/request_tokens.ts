import type { Logger } from '@adonisjs/core/logger'
import type { EncryptionService } from '@adonisjs/core/types'
import type { Database } from '@adonisjs/lucid/database'
import type { ResolvedConfig } from './define_config.js'
import { Gathering } from './gathering.js'
import { Keyring } from './keyring.js'
import { UseLedger } from './ledger.js'
import { FloodBudget } from './record.js'
import { loadStates, type KnownToken, type TokenState } from './token_state.js'

const MOST_AT_ONCE = 128

/** What one process keeps between requests: keys, the ledger, the flood budget. */
export class RequestTokens {
  readonly keyring: Keyring
  readonly ledger: UseLedger
  readonly floods: FloodBudget
  readonly #states: Gathering<KnownToken, TokenState>

  constructor(
    readonly db: Database,
    readonly config: ResolvedConfig,
    encryption: EncryptionService,
    logger: Logger
  ) {
    this.keyring = new Keyring(() => this.readClient, encryption, config.algorithm)
    this.floods = new FloodBudget(config.floodBudgetPerMinute, config.dataColumns)
    this.ledger = new UseLedger(db, config, this.floods, logger)
    this.#states = new Gathering(
      (tokens) => loadStates(tokens, this.readClient, config),
      MOST_AT_ONCE
    )
  }

  get readClient() {
    return this.db.connection(this.config.readConnection)
  }

  /** The state of a token for a request that only looks. */
  stateOf(token: KnownToken) {
    return this.#states.ask(token)
  }

  /** @throws TypeError when there is no such scope. */
  scope(name: string) {
    const scope = this.config.scopes.get(name)
    if (!scope) {
      const known = [...this.config.scopes.keys()].join(', ')
      throw new TypeError(`There is no scope "${name}". Choose one of: ${known}.`)
    }
    return scope
  }
}
