import type { HttpContext } from '@adonisjs/core/http'
import {
  loadLinkSubscribers,
  PAUSE_DAYS,
  preferencesOf,
  type LinkSubscriber,
  type Preferences,
} from '#subscribers/main'
import type { GrantedUse } from '#request_tokens/main'
import { momentOfLeaving } from '#controllers/public/leaving_page'
import { dayOf } from '#controllers/public/words'

const MS_PER_DAY = 86_400_000
const WEEKLY_LIMITS = [1, 2, 3, 5, 7]
const LANGUAGES = ['en', 'de', 'fr', 'es', 'pt', 'pl', 'ja', 'ar']

/** The form as things stand now, with what has just become of it. */
export async function preferencesPage(
  { requestToken, view }: HttpContext,
  after: { changed?: string[]; wrong?: string } = {}
) {
  if (after.changed) await reload(requestToken)
  const preferences = await preferencesOf(requestToken)
  return view.render('pages/public/preferences', {
    ...preferences,
    ...after,
    token: requestToken.token,
    left: preferences.status === 'subscribed' ? null : { at: await momentOfLeaving(requestToken) },
    pauses: pauseChoices(preferences.pausedUntil, requestToken.at),
    limits: limitChoices(preferences.weeklyLimit),
    languages: languageChoices(preferences),
  })
}

/** The subject as the changes have left it. */
async function reload({ claims, client, data, scope, subject }: GrantedUse<LinkSubscriber>) {
  const [now] = await loadLinkSubscribers([{ subject: claims.sub!, scope, data }], client)
  Object.assign(subject, now)
}

function pauseChoices(pausedUntil: Date | null, at: Date) {
  const none = pausedUntil ? 'End the pause now' : 'No pause'
  const current = pausedUntil && dayOf(pausedUntil)
  const pauses = PAUSE_DAYS.filter((days) => days > 0)
    .map((days) => ({ days, until: dayOf(new Date(at.getTime() + days * MS_PER_DAY)) }))
    .filter(({ until }) => until !== current)
  return [
    { value: '0', label: none, chosen: !current },
    ...(current ? [{ value: 'keep', label: `Paused until ${current}`, chosen: true }] : []),
    ...pauses.map(({ days, until }) => ({
      value: String(days),
      label: `${days} days, until ${until}`,
    })),
  ]
}

function limitChoices(current: number | null) {
  const counts = [...new Set([...WEEKLY_LIMITS, ...(current ? [current] : [])])]
  return [
    { value: '', label: 'As many as there are', chosen: current === null },
    ...counts
      .sort((a, b) => a - b)
      .map((count) => ({
        value: String(count),
        label: `At most ${count}`,
        chosen: count === current,
      })),
  ]
}

/** Each language in its own words. */
function languageChoices({ language, list }: Preferences) {
  const tags = [...new Set([...LANGUAGES, ...(language ? [language] : [])])]
  return [
    { value: '', label: `The list's own (${nameOf(list.language, 'en')})`, chosen: !language },
    ...tags.map((tag) => ({ value: tag, label: nameOf(tag), lang: tag, chosen: tag === language })),
  ]
}

function nameOf(tag: string, inLanguage = tag) {
  try {
    return new Intl.DisplayNames(inLanguage, { type: 'language' }).of(tag) ?? tag
  } catch {
    return tag
  }
}
