import router from '@adonisjs/core/services/router'
import { middleware } from '#start/kernel'
import { leaveLists } from '#subscribers/main'
import { methodsBeside, refuseMethod } from '#controllers/public/other_methods'

const Home = () => import('#controllers/public/home_controller')
const Unsubscribes = () => import('#controllers/public/unsubscribes_controller')
const UnsubscribeUndos = () => import('#controllers/public/unsubscribe_undos_controller')
const UnsubscribeReasons = () => import('#controllers/public/unsubscribe_reasons_controller')
const Preferences = () => import('#controllers/public/preferences_controller')
const Views = () => import('#controllers/public/views_controller')
const Links = () => import('#controllers/public/links_controller')

const LOOK = ['GET', 'HEAD']
const LOOK_AND_ACT = [...LOOK, 'POST']
const ACT = ['POST']

/* No session, no cookie, no CSRF token: a link is all the authority there is. */
router
  .group(() => {
    router.get('/', [Home, 'show']).as('home')
    router.get('/links', [Links, 'show']).as('links.show')
    router.post('/links', [Links, 'store']).as('links.store')

    router
      .group(() => {
        router.get('/unsubscribe', [Unsubscribes, 'show']).as('unsubscribe.show')
        router.post('/unsubscribe', [Unsubscribes, 'store']).as('unsubscribe.store')
      })
      .use(middleware.requestToken({ scope: 'unsubscribe', effect: leaveLists }))
    router
      .post('/unsubscribe/undo', [UnsubscribeUndos, 'store'])
      .as('unsubscribe.undo')
      .use(middleware.requestToken({ scope: 'undo' }))
    router
      .post('/unsubscribe/reason', [UnsubscribeReasons, 'store'])
      .as('unsubscribe.reason')
      .use(middleware.requestToken({ scope: 'reason' }))
    router
      .group(() => {
        router.get('/preferences', [Preferences, 'show']).as('preferences.show')
        router.post('/preferences', [Preferences, 'store']).as('preferences.store')
      })
      .use(middleware.requestToken({ scope: 'preferences' }))

    router
      .get('/view', [Views, 'show'])
      .as('view')
      .use(middleware.requestToken({ scope: ['view', 'preview'] }))

    for (const [pattern, allowed] of [
      ['/unsubscribe', LOOK_AND_ACT],
      ['/unsubscribe/undo', ACT],
      ['/unsubscribe/reason', ACT],
      ['/preferences', LOOK_AND_ACT],
      ['/view', LOOK],
      ['/links', LOOK_AND_ACT],
    ] as const)
      router.route(pattern, methodsBeside(allowed), refuseMethod(allowed)).as(`other:${pattern}`)
  })
  .as('public')
  .use(middleware.publicPage())
