import env from '#start/env'

/* Mailings: who sends them, and how they leave the house. */
export default {
  /** In front of every link. */
  appUrl: env.get('APP_URL'),
  /** Message ids and return addresses are derived from it. */
  appKey: env.get('APP_KEY'),
  /** The sender of lists that name no other. */
  from: env.get('MAIL_FROM'),
  /** For lists that have none; no mailing leaves without one (15 U.S.C. 7704(a)(5)(A)(iii)). */
  postalAddress: env.get('POSTAL_ADDRESS') ?? '',
  /** Bounces come back to an address of this domain that tells the delivery; none: to the sender. */
  returnPathDomain: env.get('RETURN_PATH_DOMAIN'),

  smtpUrl: env.get('SMTP_URL'),
  /** Connections kept open. */
  connections: env.get('MAIL_CONNECTIONS') ?? 4,
  /** Deliveries taken from the table at once. */
  batchSize: 200,
  /** Another worker takes over what a dead one held after this; renewed every third of it. */
  leaseSeconds: 60,
}
