/*
 * The door of the delivery: from deliveries in the ledger to messages at a mail server.
 */
export {
  cancelMailing,
  pauseMailing,
  resumeMailing,
  retryMailing,
  type RetryOptions,
} from './control.js'
export type { DeliverOptions } from './deliver_mailing.js'
export { DeliveryError, ServerAwayError } from './errors.js'
export { previewLink, previewMailing, sendTest, type Preview } from './preview.js'
export { sendMailing, type SendOptions } from './send_mailing.js'
export {
  mailingStatus,
  troublesOf,
  type Counts,
  type MailingStatusReport,
  type Trouble,
} from './status.js'
export { deliverPending, startWorker, type Worker } from './worker.js'
