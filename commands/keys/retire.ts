import { args } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'
import { retireKey } from '#request_tokens/main'

export default class KeysRetire extends Command {
  static commandName = 'keys:retire'
  static description = 'Refuse every link that a key signed, at once and for good'
  static help = [
    'The ways out in messages that were sent under this key stop working too:',
    'wait until the last of them has expired, unless the key became known.',
    '',
    'Example:',
    '{{ binaryName }} keys:retire 373c83bc23c605e7',
  ]

  @args.string({ description: 'The kid of the key, as keys:list shows it' })
  declare kid: string

  async run() {
    await retireKey(this.kid)
    this.print({ kid: this.kid }, `Retired the key ${this.kid}; its links are refused from now on.`)
  }
}
