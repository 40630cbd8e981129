import { test } from '@japa/runner'
import { listKeys, mint, rotateKeys, verify } from '#request_tokens/main'
import { makeList, makeSubscriber } from '#database/factories/main'
import { linkFor } from '#subscribers/main'
import { run } from '#tests/functional/commands/ace'
import { emptyDatabase } from '#tests/database'

async function newLink() {
  const list = await makeList()
  const { publicId } = await makeSubscriber({ list })
  const [link] = await mint([linkFor('unsubscribe', { subscriber: publicId, list: list.publicId })])
  return link
}

test.group('keys commands', (group) => {
  group.each.setup(() => emptyDatabase())

  test('keys:list shows each key and what it is for', async ({ assert }) => {
    const { kid: first } = await rotateKeys()
    const { kid: second } = await rotateKeys()

    const { out, exitCode } = await run('keys:list')

    assert.equal(exitCode, 0)
    const lines = out.split('\n')
    assert.match(lines[0], /^kid +state +algorithm +created +retired$/)
    assert.match(
      lines[1],
      new RegExp(`^${second} +signs +HS256 +20\\d\\d-\\d\\d-\\d\\dT[\\d:.]+Z +–$`)
    )
    assert.match(lines[2], new RegExp(`^${first} +verifies`))
  })

  test('keys:list --json is an array, and holds no secret [WEB-16]', async ({ assert }) => {
    await rotateKeys()

    const keys = (await run('keys:list', '--json')).json()

    assert.sameMembers(Object.keys(keys[0]), [
      'kid',
      'algorithm',
      'createdAt',
      'retiredAt',
      'isSigning',
    ])
  })

  test('keys:rotate makes a new key sign; links of before stay good [JWT-16]', async ({
    assert,
  }) => {
    const link = await newLink()

    const { kid } = (await run('keys:rotate', '--json')).json()

    const [signing] = await listKeys()
    assert.equal(signing.kid, kid)
    assert.isTrue(signing.isSigning)
    const verdict = await verify(link.token)
    assert.equal(verdict.outcome, 'good')
    const later = await verify((await newLink()).token)
    assert.equal(later.claims!.kid, kid)
  })

  test('keys:retire makes links of that key worthless at once [JWT-16]', async ({ assert }) => {
    const link = await newLink()
    const [{ kid }] = await listKeys()
    await run('keys:rotate')

    const { out, exitCode } = await run('keys:retire', kid)

    assert.equal(exitCode, 0)
    assert.equal(out, `Retired the key ${kid}; its links are refused from now on.`)
    const { outcome } = await verify(link.token)
    assert.equal(outcome, 'invalid')
  })

  test('keys:retire leaves the key alone that signs', async ({ assert }) => {
    const { kid } = await rotateKeys()

    const { exitCode, talk } = await run('keys:retire', kid)

    assert.equal(exitCode, 1)
    assert.include(talk, 'keys:rotate')
    const [key] = await listKeys()
    assert.isNull(key.retiredAt)
  })

  test('keys:retire knows no such key', async ({ assert }) => {
    const { exitCode, talk, out } = await run('keys:retire', 'none')

    assert.equal(exitCode, 1)
    assert.equal(out, '')
    assert.include(talk, 'There is no signing key "none".')
  })
})
