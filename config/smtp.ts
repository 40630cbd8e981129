/** How to reach the mail server that SMTP_URL names. */
export interface SmtpServer {
  host: string
  port: number
  /** TLS from the first byte. */
  secure: boolean
  /**
   * Nothing goes out in the clear to a server that does not offer STARTTLS (RFC 8314 section 3), save
   * on this machine itself.
   */
  requireTLS: boolean
  auth: { user: string; pass: string } | null
}

export function smtpServer(address: string): SmtpServer {
  const url = new URL(address)
  const secure = url.protocol === 'smtps:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const isHere = host === 'localhost' || host === '::1' || /^127\./.test(host)
  return {
    host,
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && !isHere,
    auth: url.username
      ? { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) }
      : null,
  }
}
