import { browserCopy } from '#mailings/main'
import type Mailing from '#models/mailing'

type Letter = Awaited<ReturnType<typeof browserCopy>>

const MOST_KEPT = 20
const kept = new Map<string, Promise<Letter>>()

/** A letter is composed once, not for each of the many who open it when it has just been sent. */
export function browserCopyOf(mailing: Mailing): Promise<Letter> {
  const name = `${mailing.publicId} ${mailing.updatedAt.toMillis()}`
  let letter = kept.get(name)
  if (!letter) {
    if (kept.size >= MOST_KEPT) kept.clear()
    letter = browserCopy(mailing)
    letter.catch(() => kept.delete(name))
    kept.set(name, letter)
  }
  return letter
}

export const hasOutsidePictures = (html: string) =>
  /(?:src|srcset|background)=["']?\s*(?:https?:)?\/\/|url\(["']?\s*(?:https?:)?\/\//i.test(html)

/** No script, no form, no way to the page around it; pictures from elsewhere only when asked for. */
export function letterPolicy(showsPictures: boolean) {
  return [
    'sandbox allow-popups allow-popups-to-escape-sandbox',
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `img-src 'self' data:${showsPictures ? ' https: http:' : ''}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; ')
}
