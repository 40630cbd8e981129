const BASE = 'http://target.invalid'

/**
 * The path of a URL in the one form in which targets are compared: percent-escapes of plain
 * characters undone, no trailing slash, no query, no fragment.
 *
 * @throws TypeError when it is not a path of this application.
 */
export function normaliseTarget(target: string) {
  let normalised = known.get(target)
  if (normalised === undefined) {
    normalised = normalise(target)
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(target, normalised)
  }
  return normalised
}

/** An application has few targets, and asks for each of them with every link. */
const known = new Map<string, string>()
const MOST_KNOWN = 1000

function normalise(target: string) {
  if (!target.startsWith('/') || target.startsWith('//') || target.includes('\\'))
    throw new TypeError(`The target "${target}" is not a path. Write one such as "/unsubscribe".`)
  const { pathname } = new URL(target, BASE)
  return unescapePlain(pathname).replace(/(?<=.)\/+$/, '')
}

function unescapePlain(path: string) {
  return path.replace(/%([0-9a-f]{2})/gi, (escape, hex) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    return /[A-Za-z0-9._~-]/.test(character) ? character : escape.toUpperCase()
  })
}

/**
 * The absolute URL of a target with the token as its last argument `rt`. Every other argument and
 * the fragment are kept; an earlier `rt` is replaced.
 */
export function urlWithToken(issuer: string, target: string, token: string) {
  if (!/[?#]/.test(target)) return `${issuer}${target}?rt=${token}`
  const url = new URL(target, BASE)
  url.searchParams.delete('rt')
  const query = url.search ? `${url.search}&` : '?'
  return `${issuer}${url.pathname}${query}rt=${token}${url.hash}`
}
