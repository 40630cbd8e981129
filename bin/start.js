/* The web server, from a source checkout or from a build alike. */
import { handOver, startTypeScript } from './hand_over.js'

if (!handOver()) {
  await startTypeScript()
  await import('./server.js')
}
