import limiter from '@adonisjs/limiter/services/main'
import { errors } from '@adonisjs/limiter'
import { networkOf } from '#request_tokens/main'
import { addressHash } from '#subscribers/main'

/* Each limit with what it is counted by. The first that is reached says how long to wait. */
const bySource = () => limiter.use({ requests: 20, duration: '1 hour' })
const byAddress = () => limiter.use({ requests: 1, duration: '10 minutes' })
const overall = () => limiter.use({ requests: 1000, duration: '1 hour' })

/**
 * Counts a wish for a fresh link, so that nobody's mailbox can be filled by asking for it.
 *
 * @returns 0, or the seconds until another wish is heard
 */
export async function secondsToWait({ address, source }: { address: string; source: string }) {
  try {
    await bySource().consume(`fresh-link:source:${networkOf(source)}`)
    await byAddress().consume(`fresh-link:address:${addressHash(address)}`)
    await overall().consume('fresh-link:all')
    return 0
  } catch (error) {
    if (!(error instanceof errors.E_TOO_MANY_REQUESTS)) throw error
    return Math.max(1, Math.ceil(error.response.availableIn))
  }
}
