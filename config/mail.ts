import env from '#start/env'
import { defineConfig, transports } from '@adonisjs/mail'
import { smtpServer } from '#config/smtp'

/* System mail (sign-in links, fresh links, confirmations). Mailings go out by app/delivery. */
const { host, port, secure, requireTLS, auth } = smtpServer(env.get('SMTP_URL'))

const mailConfig = defineConfig({
  default: 'smtp',
  from: env.get('MAIL_FROM'),
  mailers: {
    smtp: transports.smtp({
      host,
      port,
      secure,
      requireTLS,
      ...(auth && { auth: { type: 'login' as const, ...auth } }),
    }),
  },
})

export default mailConfig

declare module '@adonisjs/mail/types' {
  export interface MailersList extends InferMailers<typeof mailConfig> {}
}
