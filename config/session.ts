import app from '@adonisjs/core/services/app'
import { defineConfig, stores } from '@adonisjs/session'

/*
 * Staff only. Sessions live in the database, so that signing out, or disabling an account, ends them
 * for whoever holds a copy of the cookie. `age` is the time without a request; the longest time in
 * all stands in app/middleware/staff_middleware.ts.
 */
export default defineConfig({
  enabled: true,
  cookieName: app.inProduction ? '__Host-postern' : 'postern',
  clearWithBrowser: false,
  age: '12h',
  cookie: { path: '/', httpOnly: true, secure: app.inProduction, sameSite: 'lax' },
  store: 'database',
  stores: { database: stores.database({ connectionName: 'main', tableName: 'sessions' }) },
})
