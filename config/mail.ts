import env from '#start/env'
import { defineConfig, transports } from '@adonisjs/mail'

/* System mail (sign-in links, fresh links, confirmations). Mailings go out by app/delivery. */
const smtp = new URL(env.get('SMTP_URL'))

const mailConfig = defineConfig({
  default: 'smtp',
  from: env.get('MAIL_FROM'),
  mailers: {
    smtp: transports.smtp({
      host: smtp.hostname,
      port: Number(smtp.port) || (smtp.protocol === 'smtps:' ? 465 : 587),
      secure: smtp.protocol === 'smtps:',
      ...(smtp.username && {
        auth: {
          type: 'login' as const,
          user: decodeURIComponent(smtp.username),
          pass: decodeURIComponent(smtp.password),
        },
      }),
    }),
  },
})

export default mailConfig

declare module '@adonisjs/mail/types' {
  export interface MailersList extends InferMailers<typeof mailConfig> {}
}
