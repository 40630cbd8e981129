import env from '#start/env'
import app from '@adonisjs/core/services/app'
import { LOCAL_MAILBOX } from '#start/development_defaults'

const address = env.get('SMTP_URL')
const directory = env.get('MAILBOX_DIR')

/* The mailbox of development: messages go to it where no mail server is set, and nowhere else. */
export default {
  isOn: !app.inProduction && (directory !== undefined || address === LOCAL_MAILBOX),
  port: Number(new URL(address).port) || 587,
  directory: directory ?? app.tmpPath(app.inTest ? `tests/mailbox_${process.pid}` : 'mailbox'),
}
