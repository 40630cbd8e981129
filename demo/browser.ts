const BROWSER = { 'User-Agent': 'Mozilla/5.0 (Demo Browser)', 'Accept': 'text/html' }
const MAIL_CLIENT = { 'User-Agent': 'Demo Mail Client/1.0' }
const SCANNER = { 'User-Agent': 'Demo Link Scanner/1.0', 'Accept': '*/*' }

/** Opens a page, as a person does by a click. */
export function open(url: string) {
  return fetch(url, { headers: BROWSER })
}

/** Presses the button of a form on a page: sends its hidden token to its address. */
export function press(page: string, action: string, url: string) {
  const form = page.slice(page.indexOf(`action="${action}"`))
  const rt = /name="rt" value="([^"]+)"/.exec(form)![1]
  return fetch(new URL(action, url), {
    method: 'POST',
    headers: BROWSER,
    body: new URLSearchParams({ rt }),
  })
}

/** The unsubscribe button of a mail program (RFC 8058 section 3.2). */
export function oneClick(url: string) {
  return fetch(url, {
    method: 'POST',
    headers: MAIL_CLIENT,
    body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
  })
}

/** What a link scanner does before the message is seen by anyone. */
export async function scan(url: string) {
  await fetch(url, { method: 'HEAD', headers: SCANNER })
  const response = await fetch(url, { headers: SCANNER })
  await response.arrayBuffer()
}
