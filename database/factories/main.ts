/* What tests start from: `import { makeList, makeSubscriber } from '#database/factories/main'`. */
export { makeList } from '#database/factories/list_factory'
export { makeMailing, type MailingState } from '#database/factories/mailing_factory'
export {
  makeSubscriber,
  makeSubscription,
  type SubscriberState,
} from '#database/factories/subscriber_factory'
export { makeUser } from '#database/factories/user_factory'
