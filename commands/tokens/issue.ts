import { flags } from '@adonisjs/core/ace'
import { instantOf, lifetimeOf, wholeNumberOf } from '#commands/_arguments'
import { Command } from '#commands/_command'
import { findMailing } from '#mailings/main'
import List from '#models/list'
import type Subscriber from '#models/subscriber'
import { RequestToken } from '#request_tokens/main'
import { findList, findSubscriber, linkFor, type LinkScope } from '#subscribers/main'

const SCOPES: LinkScope[] = ['unsubscribe', 'preferences', 'view', 'confirm', 'export', 'erase']

/** Links that belong to something else, and how one comes by them. */
const ELSEWHERE: Record<string, string> = {
  sign_in: 'Get a link to sign in with staff:create EMAIL.',
  preview: 'Get a link to a draft with mailings:preview ID --link.',
  undo: 'The page after leaving makes it.',
  reason: 'The page after leaving makes it.',
  change_email: 'The preferences page makes it, for the new address.',
}

export default class TokensIssue extends Command {
  static commandName = 'tokens:issue'
  static description = 'Make a link for one subscriber and print its URL'
  static help = [
    `Scopes: ${SCOPES.join(', ')}.`,
    'Life and uses are those of the scope, in config/request_tokens.ts,',
    'unless you say otherwise.',
    '',
    'Example:',
    '{{ binaryName }} tokens:issue --subscriber ada@example.org \\',
    '    --scope unsubscribe --list garden --expires-in 7d',
  ]

  @flags.string({ description: 'E-mail address of the subscriber (needed)' })
  declare subscriber: string

  @flags.string({ description: 'What the link is for, e.g. unsubscribe (needed)' })
  declare scope: string

  @flags.string({ description: 'Slug of the list; may be left out for who is on one list only' })
  declare list: string

  @flags.string({ description: 'Id of the mailing that the use of the link is counted for' })
  declare mailing: string

  @flags.string({ description: 'Path that the link opens; by default the page of its scope' })
  declare target: string

  @flags.string({ description: 'How long the link works, e.g. 7d, 12h or "30 days"' })
  declare expiresIn: string

  @flags.string({ description: 'The link works from this time on, e.g. 2026-12-01T08:00:00Z' })
  declare notBefore: string

  @flags.number({ description: 'How many times the link may be used; looking spends nothing' })
  declare maxUses: number

  async run() {
    if (!this.subscriber || !this.scope)
      this.refuse('Say whom the link is for, and what: --subscriber EMAIL --scope SCOPE.')
    const scope = this.#checkedScope()
    const subscriber = await findSubscriber(this.subscriber)
    const list = this.list ? await findList(this.list) : await this.#onlyListOf(subscriber)
    const mailing = this.mailing ? await findMailing(this.mailing) : null
    if (scope === 'view' && !mailing) this.refuse('Say which mailing the link shows: --mailing ID.')

    const link = linkFor(scope, {
      subscriber: subscriber.publicId,
      list: list.publicId,
      mailing: mailing?.publicId,
    })
    const token = await RequestToken.issue({ ...link, ...this.#wishes() })
    this.print(
      {
        jti: token.jti,
        token: token.encode(),
        url: token.url(),
        expiresAt: token.expiresAt.toISOString(),
      },
      token.url()
    )
  }

  #checkedScope() {
    const { scope } = this
    if (ELSEWHERE[scope])
      this.refuse(`A link of scope "${scope}" is not made here. ${ELSEWHERE[scope]}`)
    if (!SCOPES.includes(scope as LinkScope))
      this.refuse(`There is no scope "${scope}". Choose one of: ${SCOPES.join(', ')}.`)
    return scope as LinkScope
  }

  #wishes() {
    return {
      ...(this.target && { target: this.#checkedTarget() }),
      ...(this.expiresIn && { expiresIn: lifetimeOf(this.expiresIn, 'expires-in') }),
      ...(this.notBefore && { notBefore: instantOf(this.notBefore, 'not-before') }),
      ...(this.maxUses !== undefined && { maxUses: wholeNumberOf(this.maxUses, 'max-uses', 1000) }),
    }
  }

  #checkedTarget() {
    if (!/^\/(?![/\\])/.test(this.target))
      this.refuse(`--target "${this.target}" is no path. Write one that starts with a single /.`)
    return this.target
  }

  async #onlyListOf(subscriber: Subscriber) {
    const lists = await List.query().whereIn(
      'id',
      subscriber.related('subscriptions').query().select('listId')
    )
    if (lists.length === 1) return lists[0]
    return this.refuse(
      lists.length === 0
        ? `${this.subscriber} is on no list. Say which one the link is for: --list SLUG.`
        : `${this.subscriber} is on ${lists.length} lists. Say which one: --list ${lists.map(({ slug }) => slug).join(' or --list ')}.`
    )
  }
}
