import type { CompiledMailing } from '#mailings/main'
// eslint-disable-next-line no-restricted-imports -- compiling without a database is no part of the door
import { compile, type Source } from '#mailings/compile'
import List from '#models/list'

export const LINKS = {
  unsubscribe: `https://lists.example.org/unsubscribe?rt=${'u'.repeat(290)}`,
  preferences: `https://lists.example.org/preferences?rt=${'p'.repeat(290)}`,
  view: `https://lists.example.org/view?rt=${'v'.repeat(290)}`,
}

export const ROSA = {
  publicId: 'rosa000000000001',
  email: 'rosa@example.org',
  name: 'Rosa Lindqvist',
  attributes: { city: 'Malmö' },
}

export function gardenNews(state: Partial<List> = {}) {
  return new List().fill({
    publicId: 'garden0000000001',
    name: 'Garden News',
    fromAddress: 'news@example.org',
    fromName: null,
    postalAddress: '1 Garden Gate, Exampletown',
    language: 'en',
    colour: null,
    ...state,
  })
}

/** A mailing compiled without a database. */
export function compiled(source: Partial<Source> = {}, list = gardenNews()): CompiledMailing {
  return compile(
    {
      publicId: 'mailing000000001',
      subject: 'Bulbs for spring',
      body: 'Dear {{ subscriber.name | default: "friend" }}, now is the time to plant bulbs.',
      bodyFormat: 'markdown',
      textBody: null,
      ...source,
    },
    list
  )
}
