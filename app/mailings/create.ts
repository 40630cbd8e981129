import type List from '#models/list'
import Mailing from '#models/mailing'
import { newPublicId } from '#models/public_id'
import { findList } from '#subscribers/main'
import { compile } from './compile.js'
import { MailingError, MailingNotFoundError } from './errors.js'

export interface NewMailing {
  /** Slug. */
  list: string
  /** May hold values, e.g. `Hello {{ subscriber.name }}`. */
  subject: string
  body: string
  format: 'markdown' | 'html'
  /** The text part. @default made from the body */
  text?: string
  /** Names or slugs of topics: it goes to those who chose one of them. @default the whole list */
  topics?: string[]
}

const MAX_SUBJECT = 500

/** @throws MailingError with a sentence that says what is wrong, and in which line */
export async function createMailing(wanted: NewMailing): Promise<Mailing> {
  const list = await findList(wanted.list)
  const topicIds = await topicsOf(list, wanted.topics ?? [])
  const { subject, body, format: bodyFormat, text: textBody = null } = wanted
  if (subject.length > MAX_SUBJECT)
    throw new MailingError(
      `The subject has ${subject.length} characters; ${MAX_SUBJECT} is the most. Shorten it.`
    )
  const source = { publicId: newPublicId(), subject, body, bodyFormat, textBody }
  compile(source, list)
  return Mailing.transaction(async (client) => {
    const mailing = await Mailing.create(
      { ...source, listId: list.id, status: 'draft' },
      { client }
    )
    await mailing.related('topics').attach(topicIds)
    return mailing.refresh()
  })
}

/** @throws MailingNotFoundError */
export async function findMailing(publicId: string): Promise<Mailing> {
  const mailing = await Mailing.query().where('public_id', publicId).preload('list').first()
  if (!mailing)
    throw new MailingNotFoundError(
      `There is no mailing "${publicId}". Give the id that mailings:create has printed.`
    )
  return mailing
}

async function topicsOf(list: List, wanted: string[]) {
  const offered = await list.related('topics').query()
  return wanted.map((name) => {
    const topic = offered.find((one) => one.slug === name || one.name === name)
    if (topic) return topic.id
    const known = offered.map((one) => one.slug).join(', ')
    throw new MailingError(
      `The list "${list.slug}" has no topic "${name}". ${known ? `It has: ${known}.` : 'It has none.'}`
    )
  })
}
