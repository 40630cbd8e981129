import type { Browser, BrowserContextOptions, Page } from 'playwright'

/** What a page did besides being looked at. */
export interface Watched {
  page: Page
  requests: { method: string; url: string }[]
  complaints: string[]
  cookies(): Promise<unknown[]>
  close(): Promise<void>
}

/** Opens a browser of its own: no cookie, nothing remembered. Everything it asks for is noted. */
export async function openReader(
  browser: Browser,
  options: BrowserContextOptions = {}
): Promise<Watched> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const requests: Watched['requests'] = []
  const complaints: string[] = []
  context.on('request', (request) =>
    requests.push({ method: request.method(), url: request.url() })
  )
  page.on('console', (message) => {
    const text = message.text()
    // Chromium remarks on every answer that is no success; refusals are meant to be none.
    if (!/status of 4\d\d/.test(text)) complaints.push(text)
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return {
    page,
    requests,
    complaints,
    cookies: () => context.cookies(),
    close: () => context.close(),
  }
}
