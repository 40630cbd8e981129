import { Exception } from '@adonisjs/core/exceptions'

/** Something that was asked for and cannot be done. The message is a sentence for a person. */
export class SubscriberError extends Exception {
  static status = 422
  static code = 'E_SUBSCRIBERS'
}

/** Not an address that mail can be sent to. */
export class AddressError extends SubscriberError {
  static code = 'E_ADDRESS'
}

/** No list, subscriber or topic of that name. */
export class NotFoundError extends SubscriberError {
  static status = 404
  static code = 'E_NOT_FOUND'
}

/** The person has left, or gets no mail, and only the person can change that. */
export class ConsentError extends SubscriberError {
  static status = 409
  static code = 'E_CONSENT'
}
