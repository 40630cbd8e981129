import type { HttpContext } from '@adonisjs/core/http'
import {
  leaveEverything,
  leaveList,
  savePreferences,
  SubscriberError,
  type PreferenceChanges,
} from '#subscribers/main'
import { preferencesValidator, type PreferencesForm } from '#validators/public'
import { leavingPage } from '#controllers/public/leaving_page'
import { preferencesPage } from '#controllers/public/preferences_page'

/** What one gets from a list, and how: one form, saved whole or not at all. */
export default class PreferencesController {
  show(ctx: HttpContext) {
    return preferencesPage(ctx)
  }

  async store(ctx: HttpContext) {
    const { request, requestToken } = ctx
    const form = await preferencesValidator.validate(request.body())
    if (form.leave === 'everything') {
      await leaveEverything(requestToken)
      return leavingPage(ctx, 'left_everything')
    }
    if (form.leave === 'list') {
      await leaveList(requestToken)
      return leavingPage(ctx)
    }
    try {
      const { changed } = await savePreferences(requestToken, changesOf(form))
      return await preferencesPage(ctx, { changed })
    } catch (error) {
      if (!(error instanceof SubscriberError)) throw error
      requestToken.giveBack()
      ctx.response.status(422)
      return preferencesPage(ctx, { wrong: error.message })
    }
  }
}

/** A form that lacks a part leaves that part as it is; unticked boxes are not sent at all. */
function changesOf(form: PreferencesForm): PreferenceChanges {
  const isWhole = form.form === 'preferences'
  return {
    topics: isWhole ? form.topics : undefined,
    pauseDays: form.pause === undefined || form.pause === 'keep' ? undefined : Number(form.pause),
    weeklyLimit: limitOf(form.weekly_limit),
    language: form.language === undefined ? undefined : form.language || null,
    name: form.name,
    join: form.join === 'yes',
  }
}

function limitOf(limit: string | undefined) {
  if (limit === undefined) return undefined
  return limit === '' ? null : Number(limit)
}
