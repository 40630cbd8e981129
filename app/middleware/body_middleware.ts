import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'
import BodyParserMiddleware from '@adonisjs/core/bodyparser_middleware'
import { readFormBody, type BodyFault } from '#middleware/form_body'

declare module '@adonisjs/core/http' {
  interface HttpContext {
    /** On a public page: what was unusual about the body of the request. */
    bodyFault?: BodyFault
  }
}

/** Public pages take any body that comes with a good link; the framework's parser refuses some. */
export default class BodyMiddleware {
  async handle(ctx: HttpContext, next: NextFn) {
    if (!ctx.route?.name?.startsWith('public.')) {
      const parser = await ctx.containerResolver.make(BodyParserMiddleware)
      return parser.handle(ctx, next)
    }
    if (ctx.request.method() === 'POST') {
      const { fields, fault } = await readFormBody(ctx.request.request)
      ctx.request.setInitialBody(fields)
      ctx.bodyFault = fault
    }
    return next()
  }
}
