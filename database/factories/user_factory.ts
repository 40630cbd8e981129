import { nextPerson } from '#database/factories/people'
import User, { type Role } from '#models/user'
import { normaliseAddress } from '#subscribers/main'

/** A member of staff. */
export async function makeUser(
  state: { role?: Role; email?: string; name?: string; password?: string } = {}
): Promise<User> {
  const { email, ...rest } = { role: 'owner' as Role, ...nextPerson(), ...state }
  const { address, key } = normaliseAddress(email)
  const user = await User.create({ ...rest, email: address, emailKey: key })
  return user.refresh()
}
