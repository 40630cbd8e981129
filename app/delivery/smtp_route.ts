import { isIP } from 'node:net'
import type { SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection'
import { smtpServer } from '#config/smtp'

/** A mail server that takes our messages. */
export interface SmtpRoute {
  /** For people: no password. */
  name: string
  options: SMTPConnectionOptions
  auth: { user: string; pass: string } | null
}

const MINUTE = 60_000

/** The mail server of the setting SMTP_URL. */
export function smtpRoute(address: string): SmtpRoute {
  const { host, port, secure, requireTLS, auth } = smtpServer(address)
  return {
    name: `${host}:${port}`,
    auth,
    options: {
      host,
      port,
      secure,
      requireTLS,
      tls: { servername: isIP(host) ? undefined : host, minVersion: 'TLSv1.2' },
      // RFC 5321 section 4.5.3.2, with the longest wait for every answer.
      connectionTimeout: 2 * MINUTE,
      greetingTimeout: 5 * MINUTE,
      socketTimeout: 10 * MINUTE,
      socketCloseTimeout: 1_000,
      logger: false,
    },
  }
}
