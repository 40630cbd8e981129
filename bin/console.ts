import { createIgnitor } from './ignitor.js'
import { reportFailure } from './report_failure.js'

createIgnitor().ace().handle(process.argv.splice(2)).catch(reportFailure)
