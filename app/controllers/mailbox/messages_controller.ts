import string from '@adonisjs/core/helpers/string'
import type { HttpContext } from '@adonisjs/core/http'
import mailboxConfig from '#config/mailbox'
import { appUrl } from '#config/app'
import { MessageStore, type StoredMessage } from '#mailbox/main'
import { PUBLIC_PAGE_POLICY } from '#middleware/public_page_middleware'

const PAGE_SIZE = 100

/** Nothing in it runs, and its pictures may come from anywhere: it is what a mail program would show. */
const LETTER_POLICY = [
  'sandbox allow-popups allow-popups-to-escape-sandbox',
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src https: http: data:',
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ')

/** What the mailbox of development has taken. */
export default class MessagesController {
  async index({ view }: HttpContext) {
    const store = await MessageStore.open(mailboxConfig.directory)
    const [messages, count] = [await store.list(PAGE_SIZE), await store.count()]
    return view.render('pages/mailbox/index', { messages, count, port: mailboxConfig.port })
  }

  async show(ctx: HttpContext) {
    const message = await find(ctx)
    if (!message) return notThere(ctx)
    ctx.response.header('Content-Security-Policy', `${PUBLIC_PAGE_POLICY}; frame-src 'self'`)
    return ctx.view.render('pages/mailbox/show', {
      message,
      text: withLinks(message.text),
      oneClick: oneClickTarget(message),
    })
  }

  async html(ctx: HttpContext) {
    const message = await find(ctx)
    if (!message) return notThere(ctx)
    ctx.response.header('Content-Security-Policy', LETTER_POLICY)
    ctx.response.header('X-Frame-Options', 'SAMEORIGIN')
    ctx.response.type('html')
    return (message.html ?? '').replace('<head>', '<head>\n<base target="_blank">')
  }

  async source(ctx: HttpContext) {
    const message = await find(ctx)
    if (!message) return notThere(ctx)
    ctx.response.header('Content-Type', 'text/plain; charset=utf-8')
    return message.raw.toString()
  }
}

async function find({ params }: HttpContext) {
  const store = await MessageStore.open(mailboxConfig.directory)
  return store.find(String(params.id))
}

function notThere({ response, view }: HttpContext) {
  response.status(404)
  return view.render('pages/errors/not_found')
}

/** Text as HTML, with its links to be clicked. */
function withLinks(text: string) {
  return text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((piece, i) => {
      const shown = string.escapeHTML(piece)
      return i % 2 === 0
        ? shown
        : `<a href="${shown}" target="_blank" rel="noopener noreferrer">${shown}</a>`
    })
    .join('')
}

/** Where a mail program's own button would post to (RFC 8058); null for a message without one. */
function oneClickTarget({ headers }: StoredMessage) {
  const value = (wanted: string) => headers.find(({ name }) => name.toLowerCase() === wanted)?.value
  const link = value('list-unsubscribe')?.match(/<(https?:[^>]+)>/)?.[1]
  if (!link || !value('list-unsubscribe-post')) return null
  const url = new URL(link)
  return url.origin === new URL(appUrl).origin ? `${url.pathname}${url.search}` : null
}
