import { signInLink } from '#mails/sign_in_mail'
import type User from '#models/user'

/* Staff at a browser: cookies are kept by hand, redirects are looked at, not followed. */

export const base = process.env.APP_URL!

export function visit(path: string, init: RequestInit & { cookie?: string } = {}) {
  const headers = new Headers(init.headers)
  if (!headers.has('Accept')) headers.set('Accept', 'text/html')
  if (init.cookie) headers.set('Cookie', init.cookie)
  return fetch(new URL(path, base), { redirect: 'manual', ...init, headers })
}

export function submit(
  path: string,
  fields: Record<string, string>,
  init: { cookie?: string; headers?: Record<string, string> } = {}
) {
  return visit(path, { ...init, method: 'POST', body: new URLSearchParams(fields) })
}

/** The session that an answer gave, as a browser sends it back. */
export function cookieOf(response: Response, name = 'postern') {
  const cookie = response.headers.getSetCookie().find((line) => line.startsWith(`${name}=`))
  if (!cookie) throw new Error(`The answer set no cookie "${name}".`)
  return cookie.split(';')[0]
}

export const csrfOf = (page: string) => page.match(/name='_csrf' value='([^']+)'/)?.[1] ?? ''

/** Opens a page with a form: the session and the token that its form has to bring back. */
export async function openForm(path: string, cookie?: string) {
  const response = await visit(path, { cookie })
  return { cookie: cookie ?? cookieOf(response), csrf: csrfOf(await response.text()) }
}

export async function tokenFor(user: User) {
  const link = await signInLink(user)
  return link.encode()
}

/** Signs in by the link, as from the mail. Gives the session. */
export async function signIn(user: User) {
  const response = await submit('/staff/sign-in/link', { rt: await tokenFor(user) })
  return cookieOf(response)
}
