import { mintLinks, type CompiledMailing, type Links } from '#mailings/main'
import type { Held } from './claiming.js'
import type { Ledger } from './ledger.js'

export interface Item {
  held: Held
  links: Links
}

/** What is to be sent next: claimed in batches, with all links of a batch signed together. */
export class Feed {
  #items: Item[] = []
  #claiming: Promise<void> | null = null

  constructor(
    readonly ledger: Ledger,
    readonly compiled: CompiledMailing,
    readonly batchSize: number
  ) {}

  /** Null when nothing is due. */
  async next(): Promise<Item | null> {
    if (this.#items.length === 0) await this.#claim()
    const item = this.#items.shift() ?? null
    // The next batch is made ready while the rest of this one goes out.
    if (item && this.#items.length === Math.floor(this.batchSize / 2))
      void this.#claim().catch(() => {})
    return item
  }

  putBack(item: Item) {
    this.#items.unshift(item)
  }

  async close() {
    await this.#claiming?.catch(() => {})
    await this.ledger.release(this.#items.splice(0).map(({ held }) => held))
  }

  #claim() {
    this.#claiming ??= this.#claimBatch().finally(() => (this.#claiming = null))
    return this.#claiming
  }

  async #claimBatch() {
    const helds = await this.ledger.claim(this.batchSize)
    if (helds.length === 0) return
    const links = await mintLinks(
      this.compiled,
      helds.map(({ recipient }) => recipient.publicId)
    )
    this.#items.push(...helds.map((held, i) => ({ held, links: links[i] })))
  }
}
