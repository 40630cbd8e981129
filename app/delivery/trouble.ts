import { setTimeout as sleep } from 'node:timers/promises'
import { pauseAfter } from './retries.js'

/** How it stands with the mail server: all connections of a worker leave it alone together. */
export class Trouble {
  /** What the server, or the network, said last. */
  reason: string | null = null
  #failures = 0
  #since = 0
  #until = 0

  /** Milliseconds since nothing could be handed over any more; 0 when all is well. */
  get lasting() {
    return this.#since === 0 ? 0 : Date.now() - this.#since
  }

  grow(reason: string) {
    const now = Date.now()
    this.reason = reason
    this.#since ||= now
    if (now < this.#until) return
    this.#failures++
    this.#until = now + pauseAfter(this.#failures)
  }

  clear() {
    this.reason = null
    this.#failures = this.#since = this.#until = 0
  }

  async wait(signal: AbortSignal) {
    const left = this.#until - Date.now()
    if (left > 0) await sleep(left, undefined, { signal }).catch(() => {})
  }
}
