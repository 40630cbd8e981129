/* One file for each kind of visitor. */
import app from '@adonisjs/core/services/app'
import '#start/routes/public'
import '#start/routes/staff'

if (!app.inProduction) await import('#start/routes/mailbox')
