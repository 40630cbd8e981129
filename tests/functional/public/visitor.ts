import { mint } from '#request_tokens/main'
import { linkFor, type LinkScope } from '#subscribers/main'
import type List from '#models/list'
import type Subscriber from '#models/subscriber'
import Subscription from '#models/subscription'

/* A visitor with nothing but a link: no cookie jar, no script, follows no redirect. */

export const base = process.env.APP_URL!

export interface LinkOptions {
  mailing?: string
  use?: string
  /** As if issued then. */
  at?: Date
}

export async function makeLink(
  scope: LinkScope,
  subscriber: Subscriber,
  list: List,
  { at, ...data }: LinkOptions = {}
) {
  const request = linkFor(scope, { subscriber: subscriber.publicId, list: list.publicId, ...data })
  const [link] = await mint([request], { at })
  return link
}

export const visit = (url: string, init: RequestInit = {}) =>
  fetch(new URL(url, base), { redirect: 'manual', ...init })

/** Sends a form as a browser does. */
export const submit = (
  url: string,
  fields: Record<string, string> | [string, string][],
  headers: Record<string, string> = {}
) =>
  visit(url, {
    method: 'POST',
    body: new URLSearchParams(fields),
    headers: { Accept: 'text/html', ...headers },
  })

/** Fields of the form on a page whose action is this, as they stand. */
export function formOn(page: string, action: string) {
  const form = page.split('<form').find((part) => part.includes(`action="${action}"`))
  if (!form) throw new Error(`There is no form for ${action} on the page.`)
  const fields = form
    .split('</form>')[0]
    .matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value]))
}

export async function statusOf(subscriber: Subscriber, list: List) {
  const subscription = await Subscription.query()
    .where({ subscriberId: subscriber.id, listId: list.id })
    .firstOrFail()
  return subscription.status
}
