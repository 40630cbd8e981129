import { Command } from '#commands/_command'
import { rotateKeys } from '#request_tokens/main'

export default class KeysRotate extends Command {
  static commandName = 'keys:rotate'
  static description = 'Make a new key that signs links from now on; earlier links stay good'
  static help = ['No process needs a restart.', '', 'Example:', '{{ binaryName }} keys:rotate']

  async run() {
    const { kid } = await rotateKeys()
    this.print({ kid }, `The key ${kid} signs from now on. Earlier keys verify until keys:retire.`)
  }
}
