import type User from '#models/user'
import type { Role } from '#models/user'

const EVERYONE: Role[] = ['owner', 'editor', 'viewer']

/** Who may do what. What is not listed here, nobody may. */
const ALLOWED = {
  'session.end': EVERYONE,
  'mailings.see': EVERYONE,
} satisfies Record<string, Role[]>

export type Ability = keyof typeof ALLOWED

export function may(user: User, ability: Ability) {
  return ALLOWED[ability]?.includes(user.role) ?? false
}
