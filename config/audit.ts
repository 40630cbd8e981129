import env from '#start/env'

export default {
  /** How long the records of link uses are kept. */
  retention: env.get('AUDIT_RETENTION') ?? '400 days',
}
