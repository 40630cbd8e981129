import type { ApplicationService } from '@adonisjs/core/types'
import type { Worker } from '#delivery/main'

/** The worker inside the web process, where it was started with `--work`. */
export default class WorkerProvider {
  #worker: Worker | null = null

  constructor(protected app: ApplicationService) {}

  async ready() {
    const { startFlags } = await import('#start/flags')
    if (!startFlags().work) return
    const { startWorker } = await import('#delivery/main')
    this.#worker = await startWorker(this.app)
  }

  async shutdown() {
    await this.#worker?.stop()
  }
}
