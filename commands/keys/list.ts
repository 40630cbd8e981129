import { columns, Command } from '#commands/_command'
import { listKeys, type KeyDescription } from '#request_tokens/main'

export default class KeysList extends Command {
  static commandName = 'keys:list'
  static description = 'Show the keys that sign links, the newest first'
  static help = ['Example:', '{{ binaryName }} keys:list']

  async run() {
    const keys = await listKeys()
    if (keys.length === 0 && !this.json)
      return this.talk('There is no key yet; the first link makes one.')
    this.print(
      keys,
      columns(
        ['kid', 'state', 'algorithm', 'created', 'retired'],
        keys.map((key) => [
          key.kid,
          stateOf(key),
          key.algorithm,
          key.createdAt.toISOString(),
          key.retiredAt?.toISOString() ?? null,
        ])
      )
    )
  }
}

function stateOf({ isSigning, retiredAt }: KeyDescription) {
  if (retiredAt) return 'retired'
  return isSigning ? 'signs' : 'verifies'
}
