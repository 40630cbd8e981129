/*
 * The door of the subscribers: lists, consent, preferences, suppression, import and export.
 */
export { addressHash } from './address_hash.js'
export type { ConsentEventName, ConsentSource, Proof } from './consent_events.js'
export { maskAddress, normaliseAddress, type NormalisedAddress } from './email_address.js'
export { AddressError, ConsentError, NotFoundError, SubscriberError } from './errors.js'
export type { ImportCounts } from './import/counts.js'
export {
  importSubscribers,
  type ImportOptions,
  type ImportReport,
} from './import/import_subscribers.js'
export { isConfirmed, joinList } from './joining.js'
export {
  giveReason,
  isLeft,
  leaveEverything,
  leaveList,
  LEAVING_REASONS,
  type LeavingReason,
} from './leaving.js'
export { loadLinkSubscribers, type LinkList, type LinkSubscriber } from './link_subscriber.js'
export { linkFor, type LinkParts, type LinkScope } from './links.js'
export { createList, findList, summariseLists, type ListSummary, type NewList } from './lists.js'
export {
  canonicalLanguage,
  MAX_WEEKLY_LIMIT,
  PAUSE_DAYS,
  savePreferences,
  type PreferenceChanges,
} from './preference_changes.js'
export { preferencesOf, type Preferences, type TopicChoice } from './preferences.js'
export {
  isSuppressed,
  liftSuppression,
  suppress,
  SUPPRESSION_REASONS,
  suppressionHash,
  type SuppressionReason,
} from './suppressions.js'
export { undoLeaving } from './undoing.js'
