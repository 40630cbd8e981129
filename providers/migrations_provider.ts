import type { ApplicationService } from '@adonisjs/core/types'

/** Nothing is answered on a database that is behind. */
export default class MigrationsProvider {
  constructor(protected app: ApplicationService) {}

  async start() {
    const { startFlags } = await import('#start/flags')
    const { migrate, refuseIfBehind } = await import('#start/migrations')
    if (startFlags().migrate) return migrate(this.app)
    try {
      await refuseIfBehind(this.app)
    } catch (error) {
      await this.#bearIfAway(error)
    }
  }

  /** A database that is away comes back; until then pages say so (503), and nobody has to start us again. */
  async #bearIfAway(error: unknown) {
    const { isDatabaseTrouble } = await import('#exceptions/database_trouble')
    if (!isDatabaseTrouble(error)) throw error
    const logger = await this.app.container.make('logger')
    logger.error({ err: error }, 'the database cannot be reached; pages answer 503 until it can')
  }
}
