import { BaseMail } from '@adonisjs/mail'
import limiter from '@adonisjs/limiter/services/main'
import mail from '@adonisjs/mail/services/main'
import User from '#models/user'
import { RequestToken } from '#request_tokens/main'
import { normaliseAddress } from '#subscribers/main'

/**
 * As many as one may need within the life of a link. Whoever uses them up for somebody else has
 * filled that person's mailbox with good links: nobody is locked out.
 */
const PER_ACCOUNT = { requests: 10, duration: '10 minutes' }

/** A one-time link that signs one member of staff in. */
export class SignInMail extends BaseMail {
  subject = 'Your link to sign in to Postern'

  constructor(
    private user: User,
    private url: string
  ) {
    super()
  }

  prepare() {
    const values = { name: this.user.name, url: this.url }
    this.message
      .to(this.user.email, this.user.name ?? undefined)
      .header('Auto-Submitted', 'auto-generated')
      .htmlView('emails/sign_in_html', values)
      .textView('emails/sign_in_text', values)
  }
}

/** Mails a link to the account of that address; does nothing where there is none. */
export async function sendSignInLink(email: string) {
  const user = await User.findBy('emailKey', normaliseAddress(email).key)
  if (!user || user.isDisabled) return
  const account = limiter.use(PER_ACCOUNT)
  await account.attempt(`sign-in-account:${user.publicId}`, async () => {
    const link = await signInLink(user)
    await mail.send(new SignInMail(user, link.url()))
  })
}

/** Good for 10 minutes and one sign-in. */
export function signInLink(user: User) {
  return RequestToken.issue({
    scope: 'sign_in',
    target: '/staff/sign-in/link',
    subject: user.publicId,
  })
}
