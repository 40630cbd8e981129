import env from '#start/env'
import type { HttpContext } from '@adonisjs/core/http'
import { defineConfig } from '#request_tokens/main'
import type User from '#models/user'

// Read when first needed: models wait for the application to be booted. And only once: even a second
// import of the same module costs a request more than its queries.
let subscribersRead: Promise<typeof import('#subscribers/main')> | undefined
const subscribers = () => (subscribersRead ??= import('#subscribers/main'))

/* The links in messages: what each kind opens, for how long, how often (design: request tokens). */
export default defineConfig({
  issuer: env.get('APP_URL'),
  connection: 'uses',
  readConnection: 'main',
  dataColumns: ['list', 'mailing'],
  guard: 'link',

  subjects: {
    subscriber: {
      async load(queries, client) {
        const { loadLinkSubscribers } = await subscribers()
        return loadLinkSubscribers(queries, client)
      },
    },
    staff: {
      async load(queries, client) {
        const { default: StaffUser } = await import('#models/user')
        const users = await StaffUser.query({ client })
          .whereIn(
            'publicId',
            queries.map(({ subject }) => subject)
          )
          .whereNull('disabledAt')
        return queries.map(({ subject }) => users.find((user) => user.publicId === subject) ?? null)
      },
      async logIn(ctx: HttpContext, user: User) {
        await ctx.auth.use('staff').login(user)
      },
    },
  },

  scopes: {
    unsubscribe: {
      expiresIn: '400 days',
      longest: '800 days',
      // CASL s.11(2) asks for 60 days, 15 U.S.C. 7704(a)(3)(A)(ii) for 30.
      shortest: '60 days',
      async isDone({ claims, subject }, client) {
        const { isLeft } = await subscribers()
        return isLeft({ claims, subject }, client)
      },
    },
    preferences: { expiresIn: '30 days', longest: '400 days', maxUses: 10 },
    view: { expiresIn: '400 days', longest: '800 days', maxUses: Number.POSITIVE_INFINITY },
    preview: {
      mode: 'none',
      expiresIn: '7 days',
      longest: '30 days',
      maxUses: Number.POSITIVE_INFINITY,
    },
    confirm: {
      expiresIn: '7 days',
      longest: '30 days',
      async isDone({ claims, subject }, client) {
        const { isConfirmed } = await subscribers()
        return isConfirmed({ claims, subject }, client)
      },
    },
    change_email: { expiresIn: '1 day' },
    export: { expiresIn: '1 hour' },
    erase: { expiresIn: '1 hour' },
    undo: { expiresIn: '1 day' },
    reason: { expiresIn: '1 day' },
    sign_in: { mode: 'session', subject: 'staff', expiresIn: '10 minutes', longest: '1 hour' },
  },

  async refusalPage(ctx, error) {
    if (ctx.route?.pattern.startsWith('/staff'))
      return ctx.view.render('pages/staff/link_refused', { sentence: error.message })
    const { renderRefusal } = await import('#controllers/public/refusal_page')
    return renderRefusal(ctx, error)
  },
})
