import db from '@adonisjs/lucid/services/db'
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
export async function present<Result>(link: RequestToken, act: Act<Result>, at = new Date()) {
  const { claims } = link
  return db.connection('uses').transaction(async (client) => {
    await client.from('request_tokens').where('jti', claims.jti).update({ uses: 1 })
    const query = { subject: claims.sub!, scope: claims.scope, data: claims.data }
    const [subject] = await loadLinkSubscribers([query], client)
    return act(new Grant('used', claims, subject, at, client, link.encode()))
  })
}

/** How many uses of a link are spent. */
export async function usesOf(link: RequestToken) {
  const row = await db.from('request_tokens').where('jti', link.jti).firstOrFail()
  return Number(row.uses)
}
