import juice from 'juice'
import { marked } from 'marked'
import sanitizeHtml, { type IOptions } from 'sanitize-html'
import { TemplateError } from './errors.js'
import type { Placeholders } from './placeholders.js'

const LENGTH = /^-?[\d.]+(px|em|rem|ex|ch|pt|%)?$|^0$|^auto$/
const LENGTHS =
  /^(-?[\d.]+(px|em|rem|ex|ch|pt|%)?|auto)( (-?[\d.]+(px|em|rem|ex|ch|pt|%)?|auto)){0,3}$/
const WORDS = /^[a-z0-9 ,.#%()'"-]+$/i
const NO_URL = /^(?!.*(url|expression|image|element|attr|var|env)\s*\()[a-z0-9 ,.#%()'"/-]+$/i

/** What the style of an author may say. Nothing that loads, and nothing that covers the page. */
const STYLES: Record<string, RegExp[]> = {
  ...Object.fromEntries(
    ['color', 'background-color', 'background', 'border', 'border-top', 'border-bottom'].map(
      (name) => [name, [NO_URL]]
    )
  ),
  ...Object.fromEntries(
    ['border-left', 'border-right', 'border-color', 'border-style', 'font'].map((name) => [
      name,
      [NO_URL],
    ])
  ),
  ...Object.fromEntries(
    ['width', 'max-width', 'min-width', 'height', 'max-height', 'font-size', 'line-height'].map(
      (name) => [name, [LENGTH]]
    )
  ),
  ...Object.fromEntries(
    ['margin', 'padding', 'border-radius', 'border-width', 'border-spacing'].map((name) => [
      name,
      [LENGTHS],
    ])
  ),
  ...Object.fromEntries(
    ['margin', 'padding'].flatMap((name) =>
      ['top', 'right', 'bottom', 'left'].map((side) => [`${name}-${side}`, [LENGTH]])
    )
  ),
  ...Object.fromEntries(
    [
      'font-family',
      'font-style',
      'font-weight',
      'letter-spacing',
      'text-align',
      'text-decoration',
      'text-transform',
      'vertical-align',
      'white-space',
      'list-style-type',
      'border-collapse',
      'direction',
    ].map((name) => [name, [WORDS]])
  ),
  display: [/^(block|inline|inline-block|none|table|table-cell|table-row|list-item)$/],
}

const ANY = ['style', 'dir', 'lang', 'title', 'align']
const BOX = [...ANY, 'width', 'height', 'valign', 'bgcolor']

const ALLOWED: IOptions = {
  allowedTags: [
    ...sanitizeHtml.defaults.allowedTags,
    ...['img', 'del', 'ins', 'center', 'font', 'details', 'summary'],
  ],
  allowedAttributes: {
    '*': ANY,
    'a': ['href', ...ANY],
    'img': ['src', 'alt', ...BOX],
    'table': [...BOX, 'cellpadding', 'cellspacing', 'border', 'role'],
    'td': [...BOX, 'colspan', 'rowspan'],
    'th': [...BOX, 'colspan', 'rowspan', 'scope'],
    'ol': [...ANY, 'start', 'type'],
    'font': ['color', 'size', 'face'],
  },
  allowedSchemes: ['https', 'http', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['https', 'http'] },
  allowProtocolRelative: false,
  allowedStyles: { '*': STYLES },
  disallowedTagsMode: 'discard',
}

/**
 * The body as HTML that may stand in a message: what could run, load or hide is taken out.
 *
 * @param source with its placeholders hidden
 * @throws TemplateError for a placeholder that stands where no value can
 */
export function htmlBody(source: string, format: string, placeholders: Placeholders) {
  const html = format === 'markdown' ? fromMarkdown(source) : inlineAuthorStyles(source)
  const clean = unwrapTags(sanitizeHtml(html, ALLOWED), placeholders)
  placeholders.checkNoneLost(source, clean, 'body')
  if (!/[^\s]/.test(clean.replace(/<(?!img)[^>]*>/g, '')))
    throw new TemplateError('The body is empty: nothing of it can be shown in a message.')
  return clean.trim()
}

function fromMarkdown(source: string) {
  return marked.parse(source, { gfm: true, async: false })
}

/** The style sheet of a whole page goes into its elements before its head is taken away. */
function inlineAuthorStyles(source: string) {
  if (!/<style/i.test(source)) return source
  return juice(source, { preserveMediaQueries: false, preserveFontFaces: false })
}

/** A paragraph that holds nothing but {% if … %} would stay behind as an empty one. */
function unwrapTags(html: string, placeholders: Placeholders) {
  const alone = new RegExp(`<p>((?:${placeholders.pattern}\\s*)+)</p>`, 'g')
  return html.replace(alone, (paragraph, words: string) =>
    placeholders.split(words).some((part) => typeof part !== 'string' && part.isOutput)
      ? paragraph
      : words
  )
}
