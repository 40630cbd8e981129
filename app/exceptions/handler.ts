import app from '@adonisjs/core/services/app'
import { type HttpContext, ExceptionHandler } from '@adonisjs/core/http'
import type { HttpError, StatusPageRange, StatusPageRenderer } from '@adonisjs/core/types/http'

export default class HttpExceptionHandler extends ExceptionHandler {
  protected debug = !app.inProduction
  protected renderStatusPages = app.inProduction

  protected statusPages: Record<StatusPageRange, StatusPageRenderer> = {
    '404': (_error, { view }) => view.render('pages/errors/not_found'),
    '500..599': (_error, { view }) => view.render('pages/errors/server_error'),
  }

  /** A fault of ours tells a client its number, not its message. */
  async renderErrorAsJSON(error: HttpError, ctx: HttpContext) {
    if (!this.debug && error.status >= 500)
      return ctx.response
        .status(error.status)
        .send({ message: 'Internal server error', requestId: ctx.request.id() })
    return super.renderErrorAsJSON(error, ctx)
  }
}
