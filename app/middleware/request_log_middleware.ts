import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'

/** One line for each request. It names the route's pattern, never the URL: a URL may hold a token. */
export default class RequestLogMiddleware {
  handle(ctx: HttpContext, next: NextFn) {
    const started = performance.now()
    ctx.response.onFinish(() => {
      ctx.logger.info(
        {
          method: ctx.request.method(),
          route: ctx.route?.pattern ?? null,
          status: ctx.response.getStatus(),
          ms: Math.round(performance.now() - started),
        },
        'request'
      )
    })
    return next()
  }
}
