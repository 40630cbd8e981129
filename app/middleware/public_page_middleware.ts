import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'

export const PUBLIC_PAGE_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The headers of every page that is open to all. */
export default class PublicPageMiddleware {
  handle(ctx: HttpContext, next: NextFn) {
    setPublicPageHeaders(ctx)
    return next()
  }
}

/** Public pages are for one person, now: kept nowhere, found by no search, framed by nobody. */
export function setPublicPageHeaders({ response }: HttpContext) {
  response.header('Content-Security-Policy', PUBLIC_PAGE_POLICY)
  response.header('X-Frame-Options', 'DENY')
  response.header('X-Content-Type-Options', 'nosniff')
  response.header('Referrer-Policy', 'no-referrer')
  response.header('Cache-Control', 'no-store')
  response.header('X-Robots-Tag', 'noindex, nofollow')
}
