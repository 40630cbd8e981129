/*
 * The command line. Postern needs the Node 24 that it brings along in node_modules; started by an
 * older one, this file hands the same arguments, streams and signals over to it.
 */
import { handOver, startTypeScript } from './bin/hand_over.js'

if (!handOver()) {
  await startTypeScript()
  await import('./bin/console.js')
}
