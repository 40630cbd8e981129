import { args, flags } from '@adonisjs/core/ace'
import { findMailing } from '#mailings/main'
import { findSubscriber } from '#subscribers/main'
import { Command } from '#commands/_command'
import { inspectToken, listKeys, revokeTokens, type RevocationTarget } from '#request_tokens/main'

export default class TokensRevoke extends Command {
  static commandName = 'tokens:revoke'
  static description = 'Withdraw one link, or all links of a subscriber, a mailing or a key'
  static help = [
    'Links that were made until now stop working at once; later ones are good.',
    'Choose in one way only. A jti that starts with - goes after --.',
    '',
    'Examples:',
    '{{ binaryName }} tokens:revoke Zk3fP0s9Qm2xV7bN1cT8aw',
    '{{ binaryName }} tokens:revoke --subscriber ada@example.org --reason "stolen phone"',
  ]

  @args.string({ description: 'Id (jti) of the link, or its token', required: false })
  declare jti: string

  @flags.string({ description: 'All links of the subscriber with this e-mail address' })
  declare subscriber: string

  @flags.string({ description: 'All links of the mailing with this id' })
  declare mailing: string

  @flags.string({ description: 'All links that were signed by this key so far' })
  declare key: string

  @flags.string({ description: 'Why, for those who look later' })
  declare reason: string

  async run() {
    const given = ['jti', 'subscriber', 'mailing', 'key'].filter((name) => this[name as 'jti'])
    if (given.length !== 1)
      this.refuse('Say what to withdraw: a jti, or one of --subscriber, --mailing and --key.')

    const { target, what } = await this.#target()
    await revokeTokens(target, { reason: this.reason?.slice(0, 255) })
    this.print({ revoked: target, reason: this.reason ?? null }, `Withdrew ${what}.`)
  }

  async #target(): Promise<{ target: RevocationTarget; what: string }> {
    if (this.subscriber) {
      const { publicId } = await findSubscriber(this.subscriber)
      return { target: { subject: publicId }, what: `all links of ${this.subscriber}` }
    }
    if (this.mailing) {
      const { publicId, subject } = await findMailing(this.mailing)
      return {
        target: { data: { mailing: publicId } },
        what: `all links of the mailing "${subject}"`,
      }
    }
    if (this.key) return this.#ofKey()
    const jti = await this.#jti()
    return { target: { jti }, what: `the link ${jti}` }
  }

  async #ofKey() {
    const keys = await listKeys()
    if (!keys.some(({ kid }) => kid === this.key))
      this.refuse(`There is no key "${this.key}". See keys:list.`)
    return { target: { kid: this.key }, what: `all links signed by the key ${this.key}` }
  }

  async #jti() {
    if (/^[\w-]{22}$/.test(this.jti)) return this.jti
    const { claims } = await inspectToken(this.jti)
    return (
      claims?.jti ??
      this.refuse('That is neither a jti (22 characters, see audit:list) nor a genuine token.')
    )
  }
}
