import deliveryConfig from '#config/delivery'
import { mint } from '#request_tokens/main'
import { linkFor } from '#subscribers/main'

const SCOPES = ['unsubscribe', 'preferences', 'view'] as const

/** The links in a message. */
export type Links = Record<(typeof SCOPES)[number], string>

/** The links of many recipients (public ids), signed together, in their order. */
export async function mintLinks(
  { publicId, list }: { publicId: string; list: { publicId: string } },
  subscribers: string[]
): Promise<Links[]> {
  const requests = subscribers.flatMap((subscriber) =>
    SCOPES.map((scope) => linkFor(scope, { subscriber, list: list.publicId, mailing: publicId }))
  )
  const minted = await mint(requests)
  return subscribers.map((_, i) => {
    const [unsubscribe, preferences, view] = minted.slice(3 * i, 3 * i + 3).map(({ url }) => url)
    return { unsubscribe, preferences, view }
  })
}

/** For copies that belong to nobody: to a page that mails fresh links to whoever asks. */
export function publicLinks(view = deliveryConfig.appUrl): Links {
  const fresh = `${deliveryConfig.appUrl}/links`
  return { unsubscribe: fresh, preferences: fresh, view }
}
