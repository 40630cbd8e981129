import router from '@adonisjs/core/services/router'
import server from '@adonisjs/core/services/server'

server.errorHandler(() => import('#exceptions/handler'))

server.use([
  () => import('#middleware/container_bindings_middleware'),
  () => import('#middleware/request_log_middleware'),
  () => import('#middleware/static_file_middleware'),
])

router.use([() => import('#middleware/body_middleware')])

export const middleware = router.named({
  requestToken: () => import('#middleware/request_token_middleware'),
  publicPage: () => import('#middleware/public_page_middleware'),
  session: () => import('@adonisjs/session/session_middleware'),
  shield: () => import('@adonisjs/shield/shield_middleware'),
  initAuth: () => import('@adonisjs/auth/initialize_auth_middleware'),
  staff: () => import('#middleware/staff_middleware'),
  staffPage: () => import('#middleware/staff_page_middleware'),
  ownPage: () => import('#middleware/own_page_middleware'),
})

/** Pages that know who is signed in. Public pages have none of this: no cookie, nothing to forge. */
export const web = [middleware.session(), middleware.shield(), middleware.initAuth()]
