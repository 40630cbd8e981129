import { createIgnitor } from './ignitor.js'
import { reportFailure } from './report_failure.js'

createIgnitor()
  .tap((app) => {
    app.listen('SIGINT', () => app.terminate())
  })
  .httpServer()
  .start()
  .catch(reportFailure)
