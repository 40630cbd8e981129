const MINUTE = 60_000

/** RFC 5321 section 4.5.4.1: twice in the first hour, then every two to three hours. */
const FIRST_WAITS = [30, 30]
const LATER_WAIT = 150
const JITTER = 0.2
/** About four days. */
const MOST_ATTEMPTS = 40
/** A message at which the connection breaks so often may be the reason for it. */
export const MOST_BREAKS = 3

/** Milliseconds until the next attempt; null when it is time to give up. */
export function waitAfter(attempts: number): number | null {
  if (attempts >= MOST_ATTEMPTS) return null
  const minutes = FIRST_WAITS[attempts - 1] ?? LATER_WAIT
  return Math.round(minutes * MINUTE * (1 + Math.random() * JITTER))
}

/** A server that is back should not wait long for us, nor be asked all the time while it is away. */
const LONGEST_PAUSE = 15_000

/** Milliseconds to leave a server alone that could not be reached so many times in a row. */
export function pauseAfter(failures: number) {
  return Math.min(500 * 2 ** (failures - 1), LONGEST_PAUSE)
}
