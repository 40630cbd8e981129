import { text } from 'node:stream/consumers'
import { args, flags } from '@adonisjs/core/ace'
import { Command } from '#commands/_command'
import { signInLink } from '#mails/sign_in_mail'
import User, { ROLES, type Role } from '#models/user'
import { normaliseAddress } from '#subscribers/main'

const SHORTEST_PASSWORD = 12
const LONGEST_PASSWORD = 1024

export default class StaffCreate extends Command {
  static commandName = 'staff:create'
  static description = 'Make an account for a member of staff and print a link that signs in'
  static help = [
    'The link works once, for 10 minutes. Run the command again, with the',
    'address alone, for a fresh one; staff can also ask for a link by mail at',
    '/staff/sign-in.',
    '',
    'Example:',
    '{{ binaryName }} staff:create ada@example.org --name "Ada Moreno" --role editor',
  ]

  @args.string({ description: 'E-mail address of the person' })
  declare email: string

  @flags.string({ description: 'Name of the person, as shown to other staff' })
  declare name: string

  @flags.string({
    description: 'owner, editor or viewer; the first account is an owner, later ones are viewers',
  })
  declare role: string

  @flags.boolean({ description: 'Read a password from standard input (at least 12 characters)' })
  declare passwordStdin: boolean

  async run() {
    const { address, key } = normaliseAddress(this.email)
    const known = await User.findBy('emailKey', key)
    if (known) this.#checkKnown(known)
    const user = known ?? (await this.#create(address, key))
    const link = await signInLink(user)
    const url = link.url()

    const { publicId: id, email, name, role } = user
    this.talk(
      known
        ? `${email} has an account (${role}); here is a link to sign in, good for 10 minutes.`
        : `Made an account for ${email} (${role}). The link signs in once, for 10 minutes.`
    )
    this.print({ id, email, name, role, url, expiresAt: link.expiresAt.toISOString() }, url)
  }

  #checkKnown(user: User) {
    if (user.isDisabled) this.refuse(`The account of ${user.email} is disabled.`)
    if (this.name || this.role || this.passwordStdin)
      this.refuse(
        `${user.email} has an account already (${user.role}). Give the address alone for a link to sign in.`
      )
  }

  async #create(email: string, emailKey: string) {
    const role = (this.role ?? (await this.#usualRole())) as Role
    if (!ROLES.includes(role))
      this.refuse(`There is no role "${role}". Choose owner, editor or viewer.`)
    const password = this.passwordStdin ? await this.#readPassword() : null
    const user = await User.create({ email, emailKey, name: this.name ?? null, role, password })
    return user.refresh()
  }

  async #usualRole(): Promise<Role> {
    return (await User.first()) ? 'viewer' : 'owner'
  }

  async #readPassword() {
    if (process.stdin.isTTY)
      this.refuse('Pipe the password in: staff:create … --password-stdin < password.txt')
    const given = await text(process.stdin)
    const password = given.replace(/\r?\n$/, '')
    const { length } = [...password]
    if (length < SHORTEST_PASSWORD)
      this.refuse(`The password has ${length} characters; give it at least ${SHORTEST_PASSWORD}.`)
    if (length > LONGEST_PASSWORD)
      this.refuse(`The password is longer than ${LONGEST_PASSWORD} characters.`)
    return password
  }
}
