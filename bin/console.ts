import { createIgnitor } from './ignitor.js'
import { reportFailure } from './report_failure.js'

// The demo has settings of its own; they have to be there before the application reads them.
if (process.argv[2] === 'demo' && !process.argv.includes('--help')) {
  const { useDemoSettings } = await import('#demo/settings')
  await useDemoSettings()
}

createIgnitor().ace().handle(process.argv.splice(2)).catch(reportFailure)
