import router from '@adonisjs/core/services/router'
import { middleware, web } from '#start/kernel'

const Mailings = () => import('#controllers/staff/mailings_controller')
const SignInRequests = () => import('#controllers/staff/sign_in_requests_controller')
const SignIns = () => import('#controllers/staff/sign_ins_controller')
const SignOuts = () => import('#controllers/staff/sign_outs_controller')

/*
 * Every route below is either open (signing in) or names what one must be allowed to do, in
 * app/policies/staff_policy.ts. tests/functional/staff/access.spec.ts holds that.
 */
router
  .group(() => {
    router.get('sign-in', [SignInRequests, 'create'])
    router.post('sign-in', [SignInRequests, 'store'])

    // No CSRF token here (config/shield.ts): the link itself is the authority, no cookie is.
    router
      .group(() => {
        router.get('sign-in/link', [SignIns, 'show'])
        router.post('sign-in/link', [SignIns, 'store'])
      })
      .use([middleware.ownPage(), middleware.requestToken({ scope: 'sign_in' })])

    router.post('sign-out', [SignOuts, 'store']).use(middleware.staff({ to: 'session.end' }))
    router.get('/', [Mailings, 'index']).use(middleware.staff({ to: 'mailings.see' }))
    router.get('mailings/:id', [Mailings, 'show']).use(middleware.staff({ to: 'mailings.see' }))
  })
  .prefix('staff')
  .use([...web, middleware.staffPage()])
