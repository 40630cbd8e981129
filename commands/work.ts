import { Command } from '#commands/_command'

export default class Work extends Command {
  static commandName = 'work'
  static description = 'Send what is due, until SIGTERM; finishes what it holds'
  static options = { startApp: true, staysAlive: true }

  async run() {
    const { startWorker } = await import('#delivery/main')
    const worker = await startWorker(this.app)
    this.app.terminating(() => worker.stop())
    this.app.listen('SIGINT', () => this.terminate())
    this.talk('Working. Stop with Ctrl-C or SIGTERM.')
  }
}
