import { test } from '@japa/runner'
import User, { ROLES } from '#models/user'
import { may, type Ability } from '#policies/staff_policy'

test.group('Staff policy', () => {
  test('what is not listed, nobody may [WEB-6]', ({ assert }) => {
    for (const role of ROLES) {
      const user = new User().fill({ role })
      assert.isFalse(may(user, 'house.burn' as Ability))
      assert.isFalse(may(user, undefined as unknown as Ability))
    }
  })

  test('a viewer may look [WEB-6]', ({ assert }) => {
    assert.isTrue(may(new User().fill({ role: 'viewer' }), 'mailings.see'))
  })
})
