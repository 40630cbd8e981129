const FIRST_SLOTS = 1 << 12

/**
 * Which addresses a file has had already, in 16 to 32 bytes each: a table of 64-bit prefixes of
 * their hashes. Two addresses in a million rows share one with a chance of 1 in 30 million.
 */
export class SeenHashes {
  #slots = new BigUint64Array(FIRST_SLOTS)
  #count = 0

  /** @returns false when it was there before */
  add(hash: string): boolean {
    const prefix = BigInt(`0x${hash.slice(0, 16)}`) || 1n
    if (!this.#put(prefix)) return false
    if (++this.#count * 2 > this.#slots.length) this.#grow()
    return true
  }

  #put(prefix: bigint) {
    const mask = this.#slots.length - 1
    let slot = Number(prefix & 0xffff_ffffn) & mask
    while (this.#slots[slot] !== 0n) {
      if (this.#slots[slot] === prefix) return false
      slot = (slot + 1) & mask
    }
    this.#slots[slot] = prefix
    return true
  }

  #grow() {
    const full = this.#slots
    this.#slots = new BigUint64Array(full.length * 2)
    for (const prefix of full) if (prefix !== 0n) this.#put(prefix)
  }
}
