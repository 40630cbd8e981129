import string from '@adonisjs/core/helpers/string'

/**
 * Seconds from a number of seconds or an expression such as `'30 days'`.
 *
 * @throws TypeError when it is neither.
 */
export function parseLifetime(value: number | string): number {
  const seconds = typeof value === 'number' ? value : parseExpression(value)
  if (!Number.isFinite(seconds) || seconds <= 0)
    throw new TypeError(`"${value}" is not a length of time. Write seconds, or e.g. "7 days".`)
  return Math.ceil(seconds)
}

function parseExpression(value: string) {
  if (!/^\d+(\.\d+)?\s*[a-z]+$/i.test(value)) return Number.NaN
  try {
    return string.milliseconds.parse(value) / 1000
  } catch {
    return Number.NaN
  }
}
