import { text } from './html_frame.js'
import type { Placeholders } from './placeholders.js'

export interface FooterParts {
  listName: string
  postalAddress: string
  placeholders: Placeholders
}

/** The ways out and the sender's address (15 U.S.C. 7704(a)(5)); the ways only where the body has none. */
export function htmlFooter(body: string, { listName, postalAddress, placeholders }: FooterParts) {
  const link = (name: string, words: string) =>
    `<a href="${placeholders.word(`links.${name}`)}">${words}</a>`
  const ways = `<p>${link('unsubscribe', 'Unsubscribe')} · ${link('preferences', 'Change what you get')} · ${link('view', 'Read in the browser')}</p>`
  return [
    `<p>You get this because you are subscribed to <bdi>${text(listName)}</bdi>.</p>`,
    ...(placeholders.shows(body, 'links.unsubscribe') ? [] : [ways]),
    ...(placeholders.shows(body, 'list.postal_address')
      ? []
      : [`<p>${lines(postalAddress).map(text).join('<br>')}</p>`]),
  ].join('\n')
}

export function textFooter(body: string, { listName, postalAddress, placeholders }: FooterParts) {
  const link = (name: string) => placeholders.word(`links.${name}`)
  const ways = [
    `Unsubscribe:\n${link('unsubscribe')}\n`,
    `Change what you get:\n${link('preferences')}\n`,
    `Read in the browser:\n${link('view')}\n`,
  ]
  return [
    '________',
    `You get this because you are subscribed to ${listName}.\n`,
    ...(placeholders.shows(body, 'links.unsubscribe') ? [] : ways),
    ...(placeholders.shows(body, 'list.postal_address') ? [] : lines(postalAddress)),
  ].join('\n')
}

const lines = (address: string) => address.split(/\r\n|\r|\n/).map((line) => line.trim())
