import type { ApplicationService } from '@adonisjs/core/types'

/** The worker inside the web process, where it was started with `--work`. */
export default class WorkerProvider {
  constructor(protected app: ApplicationService) {}

  async ready() {
    const { startFlags } = await import('#start/flags')
    if (!startFlags().work) return
    const { startWorker } = await import('#delivery/main')
    if (this.#isEnding) return
    const worker = await startWorker(this.app)
    if (this.#isEnding) {
      await worker.stop()
      const db = await this.app.container.make('lucid.db')
      return db.manager.closeAll()
    }
    // Not in shutdown(): it has to end before any provider closes the database.
    this.app.terminating(() => worker.stop())
  }

  /** The server answers before this is ready: it may be told to end meanwhile, and the hooks have run. */
  get #isEnding() {
    return this.app.isTerminating || this.app.isTerminated
  }
}
