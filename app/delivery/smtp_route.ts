import type { SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection'

/** A mail server that takes our messages. */
export interface SmtpRoute {
  /** For people: no password. */
  name: string
  options: SMTPConnectionOptions
  auth: { user: string; pass: string } | null
}

const MINUTE = 60_000

/**
 * Reads the setting SMTP_URL. Encryption is required, save on this machine itself: nothing is sent
 * in the clear to a server that does not offer it (RFC 8314 section 3).
 */
export function smtpRoute(address: string): SmtpRoute {
  const url = new URL(address)
  const secure = url.protocol === 'smtps:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port) || (secure ? 465 : 587)
  const isHere = host === 'localhost' || host === '::1' || /^127\./.test(host)
  return {
    name: `${host}:${port}`,
    auth: url.username
      ? { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
      : null,
    options: {
      host,
      port,
      secure,
      requireTLS: !secure && !isHere,
      tls: { servername: host, minVersion: 'TLSv1.2' },
      // RFC 5321 section 4.5.3.2, with the longest wait for every answer.
      connectionTimeout: 2 * MINUTE,
      greetingTimeout: 5 * MINUTE,
      socketTimeout: 10 * MINUTE,
      socketCloseTimeout: 1_000,
      logger: false,
    },
  }
}
