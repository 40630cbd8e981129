import { Command } from '#commands/_command'
import { counted } from '#commands/_words'
import { pruneTokens } from '#request_tokens/main'

export default class TokensPrune extends Command {
  static commandName = 'tokens:prune'
  static description = 'Remove the rows of links that have expired; the record of their uses stays'
  static help = ['Example:', '{{ binaryName }} tokens:prune']

  async run() {
    const removed = await pruneTokens()
    this.print({ removed }, `Removed ${counted(removed, 'expired link')}.`)
  }
}
