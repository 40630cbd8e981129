import List from '#models/list'
import { createList, type NewList } from '#subscribers/main'

/** A list "Garden News", with the topics that are named. A second one gets a slug of its own. */
export async function makeList(wanted: Partial<NewList> = {}): Promise<List> {
  const name = wanted.name ?? 'Garden News'
  const slug = wanted.slug ?? (wanted.name ? undefined : await freeSlug('garden-news'))
  const list = await createList({ fromAddress: 'news@example.org', ...wanted, name, slug })
  await list.load('topics', (topics) => topics.orderBy('id'))
  return list
}

async function freeSlug(base: string) {
  let slug = base
  for (let i = 2; await List.findBy('slug', slug); i++) slug = `${base}-${i}`
  return slug
}
