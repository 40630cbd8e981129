import hash from '@adonisjs/core/services/hash'
import { withAuthFinder } from '@adonisjs/auth/mixins/lucid'
import { compose } from '@adonisjs/core/helpers'
import { beforeCreate } from '@adonisjs/lucid/orm'
import { UserSchema } from '#database/schema'
import { newPublicId } from '#models/public_id'

export const ROLES = ['owner', 'editor', 'viewer'] as const
export type Role = (typeof ROLES)[number]

const AuthFinder = withAuthFinder(() => hash.use(), {
  uids: ['emailKey'],
  passwordColumnName: 'password',
})

/** A member of staff. */
export default class User extends compose(UserSchema, AuthFinder) {
  declare role: Role

  @beforeCreate()
  static assignPublicId(user: User) {
    user.publicId ??= newPublicId()
  }

  get isDisabled() {
    return this.disabledAt !== null && this.disabledAt !== undefined
  }
}
