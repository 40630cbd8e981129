import type { ApplicationService } from '@adonisjs/core/types'

/** The worker inside the web process, where it was started with `--work`. */
export default class WorkerProvider {
  constructor(protected app: ApplicationService) {}

  async ready() {
    const { startFlags } = await import('#start/flags')
    if (!startFlags().work) return
    const { startWorker } = await import('#delivery/main')
    const worker = await startWorker(this.app)
    // Not in shutdown(): it has to end before any provider closes the database.
    this.app.terminating(() => worker.stop())
  }
}
