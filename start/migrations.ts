import type { ApplicationService } from '@adonisjs/core/types'
import { MigrationRunner } from '@adonisjs/lucid/migration'

/** The tables are older than the application. The message is for the operator. */
export class DatabaseBehindError extends Error {
  constructor(count: number) {
    super(
      `The database is behind by ${count} ${count === 1 ? 'migration' : 'migrations'}. Bring it up to date with "node ace migration:run --force", or start with "npm start".`
    )
    this.name = 'DatabaseBehindError'
    this.stack = undefined
  }
}

/** Brings the database up to date. Processes that do it at once wait for each other. */
export async function migrate(app: ApplicationService) {
  const runner = await runnerOf(app)
  await runner.run()
  if (runner.error) throw runner.error
}

/** @throws DatabaseBehindError */
export async function refuseIfBehind(app: ApplicationService) {
  const runner = await runnerOf(app)
  const migrations = await runner.getList()
  const missing = migrations.filter(({ status }) => status === 'pending').length
  if (missing > 0) throw new DatabaseBehindError(missing)
}

async function runnerOf(app: ApplicationService) {
  const db = await app.container.make('lucid.db')
  return new MigrationRunner(db, app, {
    direction: 'up',
    connectionName: db.primaryConnectionName,
    disableSchemaGeneration: true,
  } as ConstructorParameters<typeof MigrationRunner>[2])
}
