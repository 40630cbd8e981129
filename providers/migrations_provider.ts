import type { ApplicationService } from '@adonisjs/core/types'

/** Nothing is answered on a database that is behind. */
export default class MigrationsProvider {
  constructor(protected app: ApplicationService) {}

  async start() {
    const { startFlags } = await import('#start/flags')
    const { migrate, refuseIfBehind } = await import('#start/migrations')
    await (startFlags().migrate ? migrate(this.app) : refuseIfBehind(this.app))
  }
}
