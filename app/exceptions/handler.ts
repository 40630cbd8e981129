import { STATUS_CODES } from 'node:http'
import app from '@adonisjs/core/services/app'
import { type HttpContext, ExceptionHandler } from '@adonisjs/core/http'
import type { HttpError, StatusPageRange, StatusPageRenderer } from '@adonisjs/core/types/http'
import { isDatabaseTrouble } from '#exceptions/database_trouble'
import { setPublicPageHeaders } from '#middleware/public_page_middleware'
import { maskTokens } from '#request_tokens/main'

const RETRY_AFTER_SECONDS = 30

/** Answers what was thrown: a plain page or problem details (RFC 9457), with no token, query or stack. */
export default class HttpExceptionHandler extends ExceptionHandler {
  protected debug = app.inDev
  protected renderStatusPages = true

  protected statusPages: Record<StatusPageRange, StatusPageRenderer> = {
    '400..499': renderPage,
    // While developing, one wants to see what was thrown.
    [this.debug ? '503' : '500..599']: renderPage,
  }

  protected toHttpError(error: unknown): HttpError {
    const httpError = super.toHttpError(error)
    if (isDatabaseTrouble(error)) httpError.status = 503
    return httpError
  }

  async renderErrorAsHTML(error: HttpError, ctx: HttpContext) {
    secure(error, ctx)
    await super.renderErrorAsHTML(error, ctx)
    // The framework's page for developers shows the URL, the query and the headers.
    const body: unknown = ctx.response.getBody()
    if (this.debug && typeof body === 'string') ctx.response.send(maskTokens(body))
  }

  async renderErrorAsJSON(error: HttpError, ctx: HttpContext) {
    secure(error, ctx)
    const { response } = ctx
    response.status(error.status).header('Content-Type', 'application/problem+json')
    response.send(
      JSON.stringify({
        type: 'about:blank',
        title: error.status < 500 ? maskTokens(error.message) : STATUS_CODES[error.status],
        status: error.status,
        requestId: ctx.request.id(),
      })
    )
  }

  async renderValidationErrorAsHTML(error: HttpError, ctx: HttpContext) {
    return this.renderErrorAsHTML(error, ctx)
  }

  async report(error: unknown, ctx: HttpContext) {
    ctx.requestToken?.giveBack()
    if (error instanceof Error) {
      error.message = maskTokens(error.message)
      error.stack = maskTokens(error.stack ?? '')
    }
    return super.report(error, ctx)
  }
}

const PAGES: Record<number, string> = { 404: 'not_found', 503: 'unavailable' }

function renderPage({ status }: HttpError, { request, view }: HttpContext) {
  const page = PAGES[status] ?? (status < 500 ? 'bad_request' : 'server_error')
  return view.render(`pages/errors/${page}`, { reference: request.id() })
}

function secure(error: HttpError, ctx: HttpContext) {
  setPublicPageHeaders(ctx)
  ctx.response.vary('Accept')
  if (error.status === 503) ctx.response.header('Retry-After', String(RETRY_AFTER_SECONDS))
}
