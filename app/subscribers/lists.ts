import stringHelpers from '@adonisjs/core/helpers/string'
import List from '#models/list'
import { normaliseAddress } from './email_address.js'
import { NotFoundError, SubscriberError } from './errors.js'

export interface NewList {
  name: string
  /** For commands and URLs. @default made from the name */
  slug?: string
  fromAddress?: string
  fromName?: string
  /** Who signs up is on the list at once, without confirming. @default false */
  singleOptIn?: boolean
  /** Names of the parts that one can choose. @default none */
  topics?: string[]
  description?: string
  /** The sender's postal address, in every mailing. @default the setting POSTAL_ADDRESS */
  postalAddress?: string
  language?: string
  timeZone?: string
  colour?: string
  isPublic?: boolean
  /** The words that one agrees to when joining. */
  consentText?: string
}

const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/
const MAX_SLUG = 64
const MAX_NAME = 120

/** @throws SubscriberError when the name or slug cannot be used, or the slug is taken */
export async function createList({ topics = [], singleOptIn, ...wanted }: NewList): Promise<List> {
  const name = checkedName(wanted.name, 'list')
  const slug = checkedSlug(wanted.slug ?? slugOf(name))
  if (wanted.fromAddress) normaliseAddress(wanted.fromAddress)
  if (await List.findBy('slug', slug))
    throw new SubscriberError(`There is a list "${slug}" already. Choose another --slug.`)
  const parts = topics.map((topic) => {
    const topicName = checkedName(topic, 'topic')
    return { name: topicName, slug: checkedSlug(slugOf(topicName)) }
  })
  if (new Set(parts.map((part) => part.slug)).size < parts.length)
    throw new SubscriberError('Two topics have the same name. Give each its own.')

  return List.transaction(async (client) => {
    const list = await List.create({ ...wanted, name, slug, doubleOptIn: !singleOptIn }, { client })
    await list.related('topics').createMany(parts)
    return list.refresh()
  })
}

/** @throws NotFoundError that names the lists there are */
export async function findList(slug: string): Promise<List> {
  const list = await List.findBy('slug', slug)
  if (list) return list
  const lists = await List.query().orderBy('slug').limit(10)
  const slugs = lists.map((one) => one.slug)
  const hint = slugs.length > 0 ? `There is: ${slugs.join(', ')}.` : 'Make one with lists:create.'
  throw new NotFoundError(`There is no list "${slug}". ${hint}`)
}

export interface ListSummary {
  id: string
  slug: string
  name: string
  topics: string[]
  subscribed: number
  unsubscribed: number
}

/** Every list with its topics and how many people are on it. */
export async function summariseLists(): Promise<ListSummary[]> {
  const withStatus = (status: string) => (query: any) => query.where('status', status)
  const lists = await List.query()
    .preload('topics', (topics) => topics.orderBy('name'))
    .withCount('subscriptions', (query) => withStatus('subscribed')(query.as('subscribed')))
    .withCount('subscriptions', (query) => withStatus('unsubscribed')(query.as('unsubscribed')))
    .orderBy('slug')
  return lists.map((list) => ({
    id: list.publicId,
    slug: list.slug,
    name: list.name,
    topics: list.topics.map((topic) => topic.name),
    subscribed: Number(list.$extras.subscribed),
    unsubscribed: Number(list.$extras.unsubscribed),
  }))
}

const slugOf = (name: string) => stringHelpers.slug(name, { lower: true, strict: true })

function checkedName(name: string, what: string) {
  const trimmed = name.trim()
  if (trimmed === '' || trimmed.length > MAX_NAME || /\p{Cc}/u.test(trimmed))
    throw new SubscriberError(
      `The name of a ${what} is one line of 1 to ${MAX_NAME} characters. Choose another.`
    )
  return trimmed
}

function checkedSlug(slug: string) {
  if (SLUG.test(slug) && slug.length <= MAX_SLUG) return slug
  throw new SubscriberError(
    `"${slug}" cannot be a slug. Use up to ${MAX_SLUG} of a–z, 0–9 and single hyphens, e.g. --slug garden-news.`
  )
}
