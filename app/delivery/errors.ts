import { Exception } from '@adonisjs/core/exceptions'

/** Something that cannot be done to a mailing now. The message is a sentence for a person. */
export class DeliveryError extends Exception {
  static status = 409
  static code = 'E_DELIVERY'
}

/** The mail server could not be reached for so long that waiting ended. Nothing is lost. */
export class ServerAwayError extends DeliveryError {
  static status = 503
  static code = 'E_MAIL_SERVER'
}
