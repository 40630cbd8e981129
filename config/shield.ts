import { defineConfig } from '@adonisjs/shield'

/* Staff pages only: public pages hold no ambient authority that could be forged. */
export default defineConfig({
  csp: {
    enabled: true,
    directives: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      scriptSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      objectSrc: ["'none'"],
      frameAncestors: ["'none'"],
    },
    reportOnly: false,
  },
  csrf: {
    enabled: true,
    // A sign-in link is an authority of its own; app/middleware/own_page_middleware.ts guards its form.
    exceptRoutes: ['/staff/sign-in/link'],
    enableXsrfCookie: false,
    methods: ['POST', 'PUT', 'PATCH', 'DELETE'],
  },
  xFrame: { enabled: true, action: 'DENY' },
  hsts: { enabled: true, maxAge: '365 days' },
  contentTypeSniffing: { enabled: true },
})
