import { SuppressionSchema } from '#database/schema'

/** An address that gets no mail, and why. It holds a keyed hash, never the address (GDPR Art 17, 21). */
export default class Suppression extends SuppressionSchema {}
