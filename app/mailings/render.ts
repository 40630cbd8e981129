import type { Template } from 'liquidjs'
import deliveryConfig from '#config/delivery'
import type { CompiledMailing } from './compile.js'
import { encodeMailbox, encodeText, oneLine, wireAddress } from './header_values.js'
import { dateText, unsubscribeHeaders } from './headers.js'
import { messageIdOf, returnCode } from './identity.js'
import { liquid } from './liquid.js'
import type { Links } from './links.js'
import { decode } from './quoted_printable.js'
import { domainOf } from './sender.js'

export interface Recipient {
  publicId: string
  email: string
  name: string | null
  attributes: Record<string, unknown> | null
}

export interface RenderOptions {
  /** @default now */
  at?: Date
  /** Whether the headers offer to leave by one click: only where the link truly works. @default true */
  oneClick?: boolean
}

/** One recipient's message, as it goes over the wire. */
export interface Message {
  messageId: string
  envelope: { from: string; to: string }
  raw: Buffer
}

/** @throws HeaderError when a name or the subject would break out of its header */
export function renderFor(
  compiled: CompiledMailing,
  recipient: Recipient,
  links: Links,
  { at = new Date(), oneClick = true }: RenderOptions = {}
): Message {
  const { from, boundary } = compiled
  const ids = { mailing: compiled.publicId, subscriber: recipient.publicId }
  const messageId = `<${messageIdOf(ids)}@${domainOf(from.address)}>`
  const to = wireAddress(oneLine(recipient.email, 'The address of the recipient'))
  const name = recipient.name && oneLine(recipient.name, 'The name of the recipient')
  const values = valuesFor(compiled, recipient, links)
  const head = [
    `To: ${encodeMailbox({ name: name || null, address: to }, 'To: '.length)}`,
    `Subject: ${encodeText(subjectOf(compiled, values), 'Subject: '.length)}`,
    `Date: ${dateText(at)}`,
    `Message-ID: ${messageId}`,
    ...(oneClick ? [unsubscribeHeaders(links.unsubscribe)] : []),
  ].join('\r\n')
  const raw = `${head}\r\n${compiled.headers}\r\n\r\n${part(boundary, 'text/plain', compiled.text, values)}${part(boundary, 'text/html', compiled.html, values)}--${boundary}--\r\n`
  return { messageId, envelope: { from: returnPath(compiled, ids), to }, raw: Buffer.from(raw) }
}

/** What a reader would see. */
export function renderParts(compiled: CompiledMailing, recipient: Recipient, links: Links) {
  const values = valuesFor(compiled, recipient, links)
  return {
    subject: subjectOf(compiled, values),
    text: decode(liquid.renderSync(compiled.text, values)),
    html: decode(liquid.renderSync(compiled.html, values)),
  }
}

function part(boundary: string, type: string, templates: Template[], values: object) {
  return `--${boundary}\r\nContent-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${liquid.renderSync(templates, values)}\r\n`
}

function valuesFor({ list }: CompiledMailing, recipient: Recipient, links: Links) {
  const { attributes, name, email } = recipient
  return {
    subscriber: { ...attributes, name, email },
    list: { name: list.name, postal_address: list.postalAddress },
    links,
  }
}

function subjectOf({ subject }: CompiledMailing, values: object) {
  if (typeof subject === 'string') return subject
  return oneLine(String(liquid.renderSync(subject, values)), 'The subject, with its values,')
}

function returnPath({ from }: CompiledMailing, ids: { mailing: string; subscriber: string }) {
  const domain = deliveryConfig.returnPathDomain
  return domain ? `${returnCode(ids)}@${domain}` : from.address
}
