import { Exception } from '@adonisjs/core/exceptions'

/** A mailing that cannot be made or sent as it is. The message is a sentence for a person. */
export class MailingError extends Exception {
  static status = 422
  static code = 'E_MAILING'
}

/** Something that would end up in a header holds a line break or another control character. */
export class HeaderError extends MailingError {
  static code = 'E_HEADER'
}

/** A fault in a template, with its place. */
export class TemplateError extends MailingError {
  static code = 'E_TEMPLATE'
}

export class MailingNotFoundError extends MailingError {
  static status = 404
  static code = 'E_NOT_FOUND'
}
