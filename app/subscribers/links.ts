import type { TokenRequest } from '#request_tokens/main'

export type LinkScope =
  | 'unsubscribe'
  | 'preferences'
  | 'view'
  | 'confirm'
  | 'change_email'
  | 'export'
  | 'erase'
  | 'undo'
  | 'reason'

const TARGETS: Record<LinkScope, string> = {
  unsubscribe: '/unsubscribe',
  preferences: '/preferences',
  view: '/view',
  confirm: '/confirm',
  change_email: '/change-email',
  export: '/my-data/export',
  erase: '/my-data/erase',
  undo: '/unsubscribe/undo',
  reason: '/unsubscribe/reason',
}

/** Public ids. */
export interface LinkParts {
  subscriber: string
  list?: string
  mailing?: string
  /** For `undo`: the jti of the leave link that is taken back. */
  use?: string
}

/** What a subscriber's link is made of; sign it with `mint` or `RequestToken.issue`. */
export function linkFor(scope: LinkScope, parts: LinkParts): TokenRequest {
  const data: Record<string, string> = {}
  if (parts.list) data.list = parts.list
  if (parts.mailing) data.mailing = parts.mailing
  if (parts.use) data.use = parts.use
  return { scope, target: TARGETS[scope], subject: parts.subscriber, data }
}
