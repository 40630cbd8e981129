import { args, flags } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'
import { parseSender } from '#commands/_sender'

export default class ListsCreate extends Command {
  static commandName = 'lists:create'
  static description = 'Make a list that people can subscribe to'

  @args.string({ description: 'What people call it, e.g. "Garden News"' })
  declare name: string

  @flags.string({ description: 'Its name in commands and URLs [made from the name]' })
  declare slug?: string

  @flags.string({ description: 'The sender, e.g. "Garden News <news@example.org>"' })
  declare from?: string

  @flags.boolean({ description: 'Who signs up is on the list at once, without confirming' })
  declare singleOptIn?: boolean

  @flags.array({ description: 'A part of the list that one can choose; may be repeated' })
  declare topic?: string[]

  async run() {
    const { createList } = await import('#subscribers/main')
    const { name, slug, singleOptIn, topic: topics } = this
    const list = await createList({ name, slug, singleOptIn, topics, ...parseSender(this.from) })
    this.print(
      { id: list.publicId, slug: list.slug },
      `Made the list "${list.name}". Its slug is ${list.slug}.`
    )
  }
}
