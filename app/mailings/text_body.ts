import { convert } from 'html-to-text'

/** The same message in plain text. */
export function textOf(html: string) {
  return convert(html, {
    wordwrap: false,
    selectors: [
      {
        selector: 'a',
        options: { hideLinkHrefIfSameAsText: true, ignoreHref: false, linkBrackets: ['<', '>'] },
      },
      { selector: 'img', format: 'inlineAlt' },
      { selector: 'h1', options: { uppercase: false } },
      { selector: 'h2', options: { uppercase: false } },
      { selector: 'h3', options: { uppercase: false } },
      { selector: 'h4', options: { uppercase: false } },
      { selector: 'table', format: 'block' },
    ],
    formatters: {
      inlineAlt(element, _walk, builder) {
        if (element.attribs.alt) builder.addInline(`[${element.attribs.alt}]`)
      },
    },
  })
}
