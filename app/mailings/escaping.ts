import type { Context } from './contexts.js'
import { liquid } from './liquid.js'
import { encodeValue } from './quoted_printable.js'

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const SAFE_URL = /^(https?:\/\/|mailto:|tel:)/i

/** A value, made safe for where it stands. */
export const escapers: Record<Context, (value: string) => string> = {
  text: (value) => value,
  html: escapeHtml,
  url: (value) => (SAFE_URL.test(value) ? escapeHtml(value) : '#'),
  url_part: (value) => escapeHtml(encodeURIComponent(value)),
}

function escapeHtml(value: string) {
  return value.replace(/[&<>"']/g, (sign) => ENTITIES[sign])
}

/** What a value is as text: lists and objects are none, and a line break would be a new line. */
export function valueText(value: unknown) {
  if (value === null || value === undefined || typeof value === 'object') return ''
  return String(value)
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
}

/*
 * Filters that no author can write: compiling puts one at the end of every placeholder. A lone
 * surrogate would end encodeURIComponent with an error, so text is made well-formed first.
 */
for (const [context, escape] of Object.entries(escapers))
  liquid.registerFilter(`as_${context}`, (value: unknown) => encodeValue(escape(valueText(value))))
liquid.registerFilter('as_header', (value: unknown) => value ?? '')
