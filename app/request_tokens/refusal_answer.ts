import type { HttpContext } from '@adonisjs/core/http'
import type { RequestTokenError } from './errors.js'
import requestTokens from './service.js'

/** Answers a refused link: a page for a person, problem details (RFC 9457) for a program. */
export async function answerRefusal(error: RequestTokenError, ctx: HttpContext) {
  const { response } = ctx
  response.status(error.status)
  response.vary('Accept')
  if (wantsJson(ctx)) {
    response.header('Content-Type', 'application/problem+json')
    return response.send(
      JSON.stringify({
        type: 'about:blank',
        title: error.message,
        status: error.status,
        code: error.outcome,
      })
    )
  }
  const page = (await requestTokens.config.refusalPage?.(ctx, error)) ?? plainPage(error)
  response.header('Content-Type', 'text/html; charset=utf-8')
  return response.send(page)
}

function wantsJson({ request }: HttpContext) {
  return request.accepts(['html', 'json', 'application/problem+json'])?.includes('json') ?? false
}

function plainPage(error: RequestTokenError) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${error.message}</title><p>${error.message}</p></html>\n`
}
