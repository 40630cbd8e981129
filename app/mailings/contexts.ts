import { TemplateError } from './errors.js'
import type { Placeholder, Placeholders } from './placeholders.js'

/** Where a value stands, which says how it must be escaped. */
export type Context = 'text' | 'html' | 'url' | 'url_part'

const URL_ATTRIBUTES = ['href', 'src', 'cite']
const TAG = /<[a-z][^\s>/]*((?:\s+[^\s=>"/]+(?:="[^"]*")?)*)\s*\/?>/gi
const ATTRIBUTE = /([^\s=>"/]+)="([^"]*)"/g

/**
 * Says for each placeholder of an HTML text (sanitised: every attribute is in double quotes) where
 * it stands.
 *
 * @throws TemplateError where no value may stand
 */
export function contextsIn(html: string, placeholders: Placeholders): Map<Placeholder, Context> {
  const contexts = new Map<Placeholder, Context>()
  for (const [, attributes] of html.matchAll(TAG))
    for (const [, name, value] of attributes.matchAll(ATTRIBUTE))
      for (const [i, part] of placeholders.split(value).entries())
        if (typeof part !== 'string')
          contexts.set(part, contextInAttribute(part, name.toLowerCase(), value, placeholders, i))
  return contexts
}

function contextInAttribute(
  part: Placeholder,
  name: string,
  value: string,
  placeholders: Placeholders,
  index: number
): Context {
  if (name === 'style')
    throw new TemplateError(
      `The body has a fault in line ${part.line}: ${part.source} stands in a style, where no value may stand.`
    )
  if (!URL_ATTRIBUTES.includes(name)) return 'html'
  const before = placeholders.split(value).slice(0, index)
  return before.every((one) => typeof one !== 'string' || one.trim() === '') ? 'url' : 'url_part'
}
