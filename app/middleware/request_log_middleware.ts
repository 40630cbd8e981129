import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'

/** One line for each request. It names the route's pattern, never the URL: a URL may hold a token. */
export default class RequestLogMiddleware {
  async handle(ctx: HttpContext, next: NextFn) {
    if (!ctx.logger.isLevelEnabled('info')) return next()
    const started = performance.now()
    await next()
    ctx.logger.info(
      {
        method: ctx.request.method(),
        route: ctx.route?.pattern ?? null,
        status: ctx.response.getStatus(),
        ms: Math.round(performance.now() - started),
      },
      'request'
    )
  }
}
