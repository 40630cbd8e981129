import deliveryConfig from '#config/delivery'
import type List from '#models/list'
import { encodeMailbox, encodePhrase, oneLine, type Mailbox } from './header_values.js'
import { domainOf, listDomain } from './sender.js'

interface Fixed {
  mailing: string
  list: List
  from: Mailbox
  boundary: string
}

/** The header lines that every recipient's message has alike. */
export function fixedHeaders({ mailing, list, from, boundary }: Fixed) {
  const listId = `<${list.publicId}.list-id.${listDomain(domainOf(from.address))}>`
  const listName = encodePhrase(oneLine(list.name, 'The name of the list'))
  return [
    `From: ${encodeMailbox(from, 'From: '.length)}`,
    `List-Id: ${listName}${listName.length > 60 ? '\r\n' : ''} ${listId}`,
    `List-Help: <${deliveryConfig.appUrl}/links>`,
    'List-Post: NO',
    'Precedence: bulk',
    `Feedback-ID: ${mailing}:${list.publicId}:mailing:postern`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
  ].join('\r\n')
}

/** https first and alone: `mailto` is for installations that take mail (RFC 8058 section 3.1). */
export function unsubscribeHeaders(url: string) {
  return `List-Unsubscribe: <${url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click`
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** RFC 5322 section 3.3. */
export function dateText(at: Date) {
  const time = at.toISOString().slice(11, 19)
  return `${DAYS[at.getUTCDay()]}, ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()} ${time} +0000`
}
