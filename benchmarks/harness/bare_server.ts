import 'reflect-metadata'
import { IgnitorFactory } from '@adonisjs/core/factories'

/*
 * The yardstick: AdonisJS with one route that answers a word. No middleware, no database.
 */
const ROOT = new URL('./', import.meta.url)

await new IgnitorFactory()
  .withCoreConfig()
  .withCoreProviders()
  .create(ROOT, { importer: (file) => import(file) })
  .tap((app) => {
    app.listen('SIGTERM', () => app.terminate())
    app.booted(async () => {
      const router = await app.container.make('router')
      router.get('/', () => 'hello')
    })
  })
  .httpServer()
  .start()
