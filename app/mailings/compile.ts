import { createHash } from 'node:crypto'
import type { Template } from 'liquidjs'
import type List from '#models/list'
import type Mailing from '#models/mailing'
import { contextsIn, type Context } from './contexts.js'
import { MailingError } from './errors.js'
import './escaping.js'
import { htmlFooter, textFooter } from './footer.js'
import { oneLine, type Mailbox } from './header_values.js'
import { fixedHeaders } from './headers.js'
import { htmlBody } from './html_body.js'
import { htmlFrame } from './html_frame.js'
import { checkTemplate, liquid } from './liquid.js'
import { Placeholders, type Placeholder } from './placeholders.js'
import { encodePiece } from './quoted_printable.js'
import { postalAddressOf, senderOf } from './sender.js'
import { textOf } from './text_body.js'

/** A mailing made ready: per recipient only values and links are put in. */
export interface CompiledMailing {
  publicId: string
  list: { publicId: string; name: string; postalAddress: string }
  from: Mailbox
  /** The same for all, or with values. */
  subject: string | Template[]
  /** Header lines that are the same for all. */
  headers: string
  boundary: string
  /** Encoded as quoted-printable, values too. */
  text: Template[]
  html: Template[]
}

/** Mail programs cut off what is longer, and with it the way out at the foot. */
const MAX_HTML_BYTES = 100_000
const MAX_SOURCE = 500_000
const LINKS_BYTES = 3 * 600

/** What a mailing is written of. */
export interface Source {
  publicId: string
  subject: string
  body: string
  bodyFormat: string
  textBody: string | null
}

/**
 * @throws TemplateError, HeaderError, MailingError with a sentence: what is wrong, and in which line
 */
export async function compileMailing(mailing: Mailing): Promise<CompiledMailing> {
  if (!mailing.$preloaded.list) await mailing.load('list')
  return compile(mailing, mailing.list)
}

/** As `compileMailing`, for one that is not in the database yet. */
export function compile(source: Source, list: List): CompiledMailing {
  const from = senderOf(list)
  const boundary = `=_${createHash('sha256').update(source.publicId).digest('hex').slice(0, 24)}`
  const postalAddress = postalAddressOf(list)
  const subject = compileSubject(source.subject)
  const { html, text } = compileBodies(source, list, postalAddress)
  return {
    publicId: source.publicId,
    list: {
      publicId: list.publicId,
      name: oneLine(list.name, 'The name of the list'),
      postalAddress,
    },
    from,
    subject,
    headers: fixedHeaders({ mailing: source.publicId, list, from, boundary }),
    boundary,
    html,
    text,
  }
}

function compileSubject(subject: string) {
  oneLine(subject, 'The subject')
  if (subject.trim() === '') throw new MailingError('The subject is empty. Write one.')
  checkTemplate(subject, 'subject')
  return /\{[{%]/.test(subject) ? liquid.parse(subject) : subject
}

function compileBodies(source: Source, list: List, postalAddress: string) {
  const placeholders = new Placeholders()
  const parts = { listName: list.name, postalAddress, placeholders }
  const body = htmlBody(
    placeholders.hide(usable(source.body, 'body'), 'body'),
    source.bodyFormat,
    placeholders
  )
  const page = htmlFrame({
    language: list.language,
    title: /\{[{%]/.test(source.subject) ? list.name : source.subject,
    colour: /^#[0-9a-f]{6}$/i.test(list.colour ?? '') ? list.colour! : '#2f6f4f',
    body,
    footer: htmlFooter(body, parts),
  })
  const html = encodedTemplate(page, placeholders, contextsIn(page, placeholders))

  const plain =
    source.textBody === null
      ? textOf(body)
      : placeholders.hide(usable(source.textBody, 'text'), 'text')
  const text = `${plain.trimEnd()}\n\n${textFooter(plain, parts)}\n`
  checkSize(page)
  return { html, text: encodedTemplate(text, placeholders, new Map()) }
}

/** Quoted-printable with the placeholders back in, each with the escaping of its place. */
function encodedTemplate(
  text: string,
  placeholders: Placeholders,
  contexts: Map<Placeholder, Context>
): Template[] {
  const isText = contexts.size === 0
  const parts = placeholders.split(text)
  const source = parts.map((part, i) => {
    if (typeof part === 'string') return encodePiece(part, { isLast: i === parts.length - 1 })
    if (!part.isOutput) return `{% ${part.content} %}`
    return `{{ ${part.content} | as_${contexts.get(part) ?? (isText ? 'text' : 'html')} }}`
  })
  return liquid.parse(source.join(''))
}

function usable(text: string, what: string) {
  const line = text.slice(0, text.indexOf('\0')).split('\n').length
  if (text.includes('\0'))
    throw new MailingError(`The ${what} holds a NUL character in line ${line}. Take it out.`)
  if (text.length > MAX_SOURCE)
    throw new MailingError(
      `The ${what} has ${Math.ceil(text.length / 1000).toLocaleString('en')},000 characters; ${MAX_SOURCE.toLocaleString('en')} is the most. Shorten it.`
    )
  return text
}

function checkSize(html: string) {
  const bytes = Buffer.byteLength(html) + LINKS_BYTES
  if (bytes > MAX_HTML_BYTES)
    throw new MailingError(
      `The message has ${Math.ceil(bytes / 1000)} kB; mail programs cut off what goes beyond ${MAX_HTML_BYTES / 1000} kB. Shorten it, or link to the rest.`
    )
}
