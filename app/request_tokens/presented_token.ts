import type { HttpContext } from '@adonisjs/core/http'
import { MAX_TOKEN_LENGTH } from './jws.js'

/** `null`: nothing was presented. `unreadable`: two tokens, something that is no text, or too long. */
export type Presented = { text: string } | 'unreadable' | null

/**
 * The token of a request: the argument `rt` of the URL, the field `rt` of a form or of a JSON body,
 * or `Authorization: Bearer` (RFC 6750 section 2.1). The same token may come in several of them.
 */
export function presentedToken({ request }: HttpContext): Presented {
  const body = request.body() as unknown
  const found = [
    request.qs().rt,
    typeof body === 'object' && body !== null ? (body as { rt?: unknown }).rt : undefined,
    bearer(request.header('authorization')),
  ].filter((value) => value !== undefined && value !== null && value !== '')

  if (found.length === 0) return null
  const [text] = found
  const readable =
    typeof text === 'string' &&
    text.length <= MAX_TOKEN_LENGTH &&
    found.every((value) => value === text)
  return readable ? { text } : 'unreadable'
}

function bearer(header: string | undefined) {
  return header?.match(/^Bearer +(\S+)$/i)?.[1]
}
