import type { HttpContext } from '@adonisjs/core/http'
import db from '@adonisjs/lucid/services/db'
import type { Claims, RequestTokenError } from '#request_tokens/main'
import { loadLinkSubscribers, maskAddress } from '#subscribers/main'
import { momentOf } from '#controllers/public/words'

interface Refused {
  title: string
  text: string
}

const PAGES: Record<RequestTokenError['outcome'], Refused> = {
  missing: {
    title: 'This page opens from a link',
    text: 'Use the link in one of the mails we sent you. It tells us who you are, so that you need no account.',
  },
  invalid: {
    title: 'This link is not valid',
    text: 'It may have been cut off or changed on its way to you.',
  },
  wrong_target: {
    title: 'This link belongs to another page',
    text: 'It is a good link, but not for what you tried to open with it.',
  },
  wrong_scope: {
    title: 'This link was made for something else',
    text: 'It is a good link, but not for what you tried to do with it.',
  },
  early: {
    title: 'This link does not work yet',
    text: 'It is not too late, but too early.',
  },
  expired: {
    title: 'This link has expired',
    text: 'Links in our mails work for a limited time, and the time of this one is over. Nothing has been changed.',
  },
  revoked: {
    title: 'This link has been withdrawn',
    text: 'We took it back, so it no longer opens anything. Nothing has been changed.',
  },
  unknown_subject: {
    title: 'There is nothing behind this link any more',
    text: 'What it was about has been deleted, so there is nothing left to change or to leave.',
  },
  replayed: {
    title: 'This link has already been used',
    text: 'It works only a certain number of times. What was done with it still holds.',
  },
}

/** Outcomes for which a fresh link to the same person is no way on. */
const WITHOUT_OFFER = ['early', 'unknown_subject']

/**
 * The page for a refused link: why, and the way on. Without a genuine token it tells nothing of any
 * person or list, and is the same for every bad token.
 */
export async function renderRefusal({ request, view }: HttpContext, error: RequestTokenError) {
  const { claims, outcome } = error
  const page = { ...PAGES[outcome], ...(claims && outcome === 'early' && opensAt(claims)) }
  if (!claims) return view.render('pages/public/refused', { ...page, offer: 'form' })
  if (WITHOUT_OFFER.includes(outcome)) return view.render('pages/public/refused', page)

  const person = await personOf(claims)
  return view.render('pages/public/refused', {
    ...page,
    list: person?.list ?? null,
    address: person ? maskAddress(person.email) : null,
    token: presentedText(request),
    offer: person ? 'button' : 'form',
  })
}

/** Who a genuine link is for; null when it is for nobody, or for staff. */
export async function personOf({ sub, scope, data }: Claims) {
  if (!sub) return null
  const [person] = await loadLinkSubscribers([{ subject: sub, scope, data }], db.connection())
  return person
}

const opensAt = ({ nbf }: Claims) => ({ text: `It opens on ${momentOf(new Date(nbf * 1000))}.` })

const presentedText = (request: HttpContext['request']) =>
  String(request.qs().rt ?? request.input('rt', ''))
