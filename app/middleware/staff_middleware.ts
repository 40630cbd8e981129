import type { HttpContext } from '@adonisjs/core/http'
import type { NextFn } from '@adonisjs/core/types/http'

/** Lets signed-in staff pass; sends others to the sign-in page. */
export default class StaffMiddleware {
  async handle(ctx: HttpContext, next: NextFn) {
    const user = (await ctx.auth.use('staff').check()) ? ctx.auth.use('staff').user : null
    if (!user || user.isDisabled) return ctx.response.redirect('/staff/sign-in')
    return next()
  }
}
