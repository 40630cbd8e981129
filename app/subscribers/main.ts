/*
 * The door of the subscribers: lists, consent, preferences, suppression, import and export.
 */
export { addressHash } from './address_hash.js'
export type { ConsentEventName, ConsentSource, Proof } from './consent_events.js'
export { describeSubscriber, findSubscriber, type SubscriberDescription } from './description.js'
export { maskAddress, normaliseAddress, type NormalisedAddress } from './email_address.js'
export { AddressError, ConsentError, NotFoundError, SubscriberError } from './errors.js'
export { eraseSubscriber } from './erasure.js'
export { EXPORT_FORMATS, exportSubscribers, type ExportFormat } from './export_subscribers.js'
export type { ImportCounts } from './import/counts.js'
export {
  importSubscribers,
  type ImportOptions,
  type ImportReport,
} from './import/import_subscribers.js'
export { importSuppressions, type SuppressionReport } from './import/import_suppressions.js'
export { isConfirmed, joinList } from './joining.js'
export {
  giveReason,
  isLeft,
  leaveEverything,
  leaveList,
  leaveLists,
  LEAVING_REASONS,
  type LeavingReason,
} from './leaving.js'
export { loadLinkSubscribers, type LinkList, type LinkSubscriber } from './link_subscriber.js'
export { linkFor, type LinkParts, type LinkScope } from './links.js'
export { createList, findList, summariseLists, type ListSummary, type NewList } from './lists.js'
export {
  MAX_WEEKLY_LIMIT,
  PAUSE_DAYS,
  savePreferences,
  type PreferenceChanges,
} from './preference_changes.js'
export { preferencesOf, type Preferences, type TopicChoice } from './preferences.js'
export { canonicalLanguage } from './profile.js'
export {
  EVERY_LIST_SCOPES,
  isSuppressed,
  liftSuppression,
  listSuppressions,
  type ListedSuppression,
  suppress,
  SUPPRESSION_REASONS,
  suppressionHash,
  type SuppressionReason,
} from './suppressions.js'
export { recordAction } from './staff_actions.js'
export { undoLeaving, type Standing, type Undone } from './undoing.js'
