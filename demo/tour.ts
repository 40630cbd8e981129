import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import db from '@adonisjs/lucid/services/db'
import { sendMailing } from '#delivery/main'
import { createMailing } from '#mailings/main'
import { listUses, mint, type RecordedUse } from '#request_tokens/main'
import { createList, importSubscribers, linkFor } from '#subscribers/main'
import { oneClick, open, press, scan } from '#demo/browser'
import { linkTo, readLetters, type Letter } from '#demo/mail'

/** One thing that was done, and what the audit says of it. */
export interface Stop {
  did: string
  result: string
  status: number | null
  use: RecordedUse | null
}

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const DAY = 86_400_000

/** Goes round once: import, send, look, leave, come back, and every link that must not work. */
export async function* tour(mailboxDirectory: string): AsyncIterable<Stop> {
  const list = await createList({
    name: 'Garden Letters',
    fromName: 'Garden Letters',
    fromAddress: 'letters@garden.example',
    topics: ['Vegetables', 'Roses'],
  })
  yield done(`Make the list "${list.name}"`, `its slug is ${list.slug}`)

  const report = await importSubscribers(file('subscribers.csv'), {
    list,
    consent: 'Signed up at the spring fair, on paper',
  })
  yield done(
    'Import demo/subscribers.csv',
    `${report.rows} rows: ${report.created} new, ${report.unchanged + report.updated} given twice, ${report.rejected} rejected`
  )

  const mailing = await createMailing({
    list: list.slug,
    subject: 'The first warm week, {{ subscriber.name | default: "friend" }}',
    body: await readFile(file('letter.md'), 'utf8'),
    format: 'markdown',
  })
  const { counts } = await sendMailing(mailing.publicId, { wait: true })
  yield done(
    `Send it over SMTP to ${process.env.SMTP_URL}`,
    `${counts.sent} sent, ${counts.failed} failed`
  )

  const letters = await readLetters(mailboxDirectory)
  yield* looking(letters)
  yield* leaving(letters)
  yield* refused(letters, list.publicId)
}

async function* looking(letters: Letter[]): AsyncIterable<Stop> {
  const links = letters.flatMap((letter) => [letter.oneClick, ...letter.links])
  for (const link of links) await scan(link)
  const { subscribed } = await db
    .from('subscriptions')
    .where('status', 'subscribed')
    .count('* as subscribed')
    .first()
  yield {
    ...(await last(`A scanner opens all ${links.length} links, by HEAD and by GET`, null)),
    result: `${subscribed} of ${letters.length} still subscribed`,
  }
}

async function* leaving([first, second]: Letter[]): AsyncIterable<Stop> {
  const link = linkTo(first, '/unsubscribe')
  const page = await open(link)
  yield last(`${first.to} opens the unsubscribe link`, page)
  const left = await press(await page.text(), '/unsubscribe', link)
  yield last('… and presses "Unsubscribe"', left)

  yield last(`${second.to} uses the mail program's own button`, await oneClick(second.oneClick))
  yield last('… whose provider sends it a second time', await oneClick(second.oneClick))

  const donePage = await left.text()
  yield last(`${first.to} presses "Undo"`, await press(donePage, '/unsubscribe/undo', link))
  yield last('… and once more', await press(donePage, '/unsubscribe/undo', link))
}

async function* refused(letters: Letter[], list: string): AsyncIterable<Stop> {
  const third = letters[2]
  const [expired] = await mint([linkFor('unsubscribe', { subscriber: subjectOf(third), list })], {
    at: new Date(Date.now() - 401 * DAY),
  })
  yield last('An expired link, by POST', await oneClick(expired.url))
  yield last('A tampered link, by POST', await oneClick(tampered(third.oneClick)))
  const elsewhere = linkTo(third, '/preferences').replace('/preferences', '/unsubscribe')
  yield last('A link of another page, by POST', await oneClick(elsewhere))
}

/** The subject's public id stands in every link; anyone may read it, nobody can change it. */
function subjectOf(letter: Letter) {
  const [, payload] = new URL(letter.oneClick).searchParams.get('rt')!.split('.')
  return JSON.parse(Buffer.from(payload, 'base64url').toString()).sub as string
}

/** The same link with one character of its signature changed. */
function tampered(link: string) {
  const at = link.length - 20
  return link.slice(0, at) + (link[at] === 'A' ? 'B' : 'A') + link.slice(at + 1)
}

function done(did: string, result: string): Stop {
  return { did, result, status: null, use: null }
}

async function last(did: string, response: Response | null): Promise<Stop> {
  const [use] = await listUses({ limit: 1 })
  return { did, result: use.outcome, status: response?.status ?? null, use }
}
