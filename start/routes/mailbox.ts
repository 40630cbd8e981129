import router from '@adonisjs/core/services/router'
import { middleware } from '#start/kernel'

const Messages = () => import('#controllers/mailbox/messages_controller')

/* Development only: whoever reaches this reads every link of every message. */
router
  .group(() => {
    router.get('/mailbox', [Messages, 'index']).as('mailbox.index')
    router.get('/mailbox/:id', [Messages, 'show']).as('mailbox.show')
    router.get('/mailbox/:id/html', [Messages, 'html']).as('mailbox.html')
    router.get('/mailbox/:id/source', [Messages, 'source']).as('mailbox.source')
  })
  .use(middleware.publicPage())
