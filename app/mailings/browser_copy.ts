import type Mailing from '#models/mailing'
import { compileMailing } from './compile.js'
import { publicLinks } from './links.js'
import { renderParts } from './render.js'

/**
 * A mailing for reading in the browser: whole HTML, to be shown in a sandbox. It may be passed on, so
 * it holds no personal link and no value of any person (design: public pages).
 */
export async function browserCopy(mailing: Mailing): Promise<{ subject: string; html: string }> {
  const nobody = { publicId: '', email: '', name: null, attributes: null }
  const { subject, html } = renderParts(await compileMailing(mailing), nobody, publicLinks())
  return { subject, html }
}
