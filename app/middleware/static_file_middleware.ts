import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'
import StaticMiddleware from '@adonisjs/static/static_middleware'

const FILE = /\.[a-z0-9]+$/i

/** Looks for a file in public/ only where a path names one: asking the disk for every page is dear. */
export default class StaticFileMiddleware {
  async handle(ctx: HttpContext, next: NextFn) {
    if (!FILE.test(ctx.request.url())) return next()
    const files = await ctx.containerResolver.make(StaticMiddleware)
    return files.handle(ctx, next)
  }
}
