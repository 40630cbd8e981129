import env from '#start/env'

export default {
  /** The key of the hashes of suppressed addresses is derived from it. */
  appKey: env.get('APP_KEY'),
}
