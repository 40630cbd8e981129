import { Command, columns } from '#commands/_command'

export default class ListsList extends Command {
  static commandName = 'lists:list'
  static description = 'Show the lists, their topics and how many people are on them'

  async run() {
    const { summariseLists } = await import('#subscribers/main')
    const lists = await summariseLists()
    if (lists.length === 0) {
      this.print([], [])
      return this.talk('There is no list yet. Make one: node ace lists:create "Garden News"')
    }
    const rows = lists.map((list) => [
      list.slug,
      list.name,
      list.topics.join(', ') || null,
      list.subscribed,
      list.unsubscribed,
    ])
    this.print(lists, columns(['slug', 'name', 'topics', 'subscribed', 'unsubscribed'], rows))
  }
}
