import { execFileSync } from 'node:child_process'
import { productionSettings, root } from '#benchmarks/harness/settings'

/** The application on this database, in this process, without a server. */
export async function bootApplication(sqliteFile: string) {
  Object.assign(process.env, productionSettings(sqliteFile))
  const { createIgnitor } = await import('../../bin/ignitor.js')
  const app = createIgnitor().createApp('console')
  await app.init()
  await app.boot()
  await app.start(async () => {})
  return app
}

/** Makes the tables, by the application's own command. */
export function migrate(sqliteFile: string) {
  execFileSync(process.execPath, ['ace.js', 'migration:run', '--force'], {
    cwd: root,
    env: { ...process.env, ...productionSettings(sqliteFile) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}
