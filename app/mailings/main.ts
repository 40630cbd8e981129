/*
 * The door of the mailings: from what was written to one recipient's message, and who is to get it.
 */
export { MAY_GET, prepareMailing } from './audience.js'
export { compileMailing, type CompiledMailing } from './compile.js'
export { createMailing, findMailing, type NewMailing } from './create.js'
export { browserCopy } from './browser_copy.js'
export { HeaderError, MailingError, MailingNotFoundError, TemplateError } from './errors.js'
export { messageIdOf, readReturnCode, returnCode, type DeliveryIds } from './identity.js'
export { mintLinks, publicLinks, type Links } from './links.js'
export {
  renderFor,
  renderParts,
  type Message,
  type Recipient,
  type RenderOptions,
} from './render.js'
export { domainOf, postalAddressOf } from './sender.js'
