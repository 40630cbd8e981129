import db from '@adonisjs/lucid/services/db'
import type { TransactionClientContract } from '@adonisjs/lucid/types/database'
import type List from '#models/list'
import type Subscriber from '#models/subscriber'
// eslint-disable-next-line no-restricted-imports -- the door hands out uses only to controllers
import { Grant } from '#request_tokens/granted_use'
import { RequestToken, type GrantedUse } from '#request_tokens/main'
import {
  linkFor,
  loadLinkSubscribers,
  type LinkScope,
  type LinkSubscriber,
} from '#subscribers/main'

type Act<Result> = (use: GrantedUse<LinkSubscriber>) => Promise<Result>

interface Link {
  subscriber: Subscriber
  list?: List
  mailing?: string
  use?: string
}

export function issueLink(scope: LinkScope, { subscriber, list, ...parts }: Link) {
  const ids = { subscriber: subscriber.publicId, list: list?.publicId }
  return RequestToken.issue(linkFor(scope, { ...ids, ...parts }))
}

/** Does with a link what a controller does: all in the transaction that spends its use. */
export function present<Result>(link: RequestToken, act: Act<Result>, at = new Date()) {
  return presentTogether(
    [link],
    ([use]) => act(use),
    () => at
  )
}

/** The same with several links, whose uses share a transaction. */
export async function presentTogether<Result>(
  links: RequestToken[],
  act: (uses: GrantedUse<LinkSubscriber>[], client: TransactionClientContract) => Promise<Result>,
  at: (index: number) => Date
) {
  return db.connection('uses').transaction(async (client) => {
    for (const { jti } of links)
      await client.from('request_tokens').where('jti', jti).update({ uses: 1 })
    const queries = links.map(({ claims }) => ({
      subject: claims.sub!,
      scope: claims.scope,
      data: claims.data,
    }))
    const subjects = await loadLinkSubscribers(queries, client)
    const uses = links.map(
      (link, i) => new Grant('used', link.claims, subjects[i], at(i), client, link.encode())
    )
    return act(uses, client)
  })
}

/** How many uses of a link are spent. */
export async function usesOf(link: RequestToken) {
  const row = await db.from('request_tokens').where('jti', link.jti).firstOrFail()
  return Number(row.uses)
}
