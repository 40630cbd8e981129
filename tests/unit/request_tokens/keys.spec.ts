import { test } from '@japa/runner'
import app from '@adonisjs/core/services/app'
import db from '@adonisjs/lucid/services/db'
import { CompactSign, compactVerify, decodeJwt, decodeProtectedHeader } from 'jose'
import { listKeys, mint, retireKey, revokeTokens, rotateKeys, verify } from '#request_tokens/main'
// eslint-disable-next-line no-restricted-imports
import { Keyring } from '#request_tokens/keyring'
// eslint-disable-next-line no-restricted-imports
import { openToken, signPayload } from '#request_tokens/jws'
import { emptyDatabase } from '#tests/database'

const draft = { scope: 'preview', target: '/view', data: { list: 'letters' } }
const kidOf = (token: string) => decodeProtectedHeader(token).kid!

/** A keyring as another process would have it. */
async function otherKeyring(algorithm: 'HS256' | 'ES256' | 'EdDSA' = 'HS256') {
  return new Keyring(() => db.connection('uses'), await app.container.make('encryption'), algorithm)
}

test.group('Signing keys', (group) => {
  group.each.setup(() => emptyDatabase())

  test('old and new links both work after a rotation, and no process needs a restart [JWT-16]', async ({
    assert,
  }) => {
    const [before] = await mint([draft])
    const other = await otherKeyring()
    await other.reload()

    const { kid } = await rotateKeys()
    const [after] = await mint([draft])

    assert.equal(kidOf(after.token), kid)
    assert.notEqual(kidOf(before.token), kid)
    for (const { token } of [before, after]) {
      const verdict = await verify(token)
      assert.equal(verdict.outcome, 'good')
    }
    await new Promise((resolve) => setTimeout(resolve, 1100))
    assert.equal((await other.signingKey()).kid, kid)
    assert.isNotNull(await openToken(after.token, other))
  })

  test('a retired key is refused at once, also by a process that still has it', async ({
    assert,
  }) => {
    const [{ token }] = await mint([draft])
    await rotateKeys()
    const other = await otherKeyring()
    await other.reload()
    await other.retire(kidOf(token))

    const verdict = await verify(token)

    assert.equal(verdict.outcome, 'invalid')
  })

  test('the key that signs cannot be retired, and an unknown one neither', async ({ assert }) => {
    const [{ token }] = await mint([draft])

    await assert.rejects(
      () => retireKey(kidOf(token)),
      /signs new links\. Run "node ace keys:rotate" first/
    )
    await assert.rejects(() => retireKey('nothing'), /There is no signing key "nothing"/)
  })

  test('keys lie in the database only encrypted [WEB-16]', async ({ assert }) => {
    await rotateKeys()

    const rows = await db.from('signing_keys')

    for (const { secret } of rows) assert.match(secret, /^gcm\./)
    const [newest, ...others] = await listKeys()
    assert.isTrue(newest.isSigning)
    assert.isFalse(others.some(({ isSigning }) => isSigning))
  })

  test('{$self} signs and verifies, and no key takes the place of another kind [JWT-1]')
    .with(['HS256', 'ES256', 'EdDSA'] as const)
    .run(async ({ assert }, algorithm) => {
      const keyring = await otherKeyring(algorithm)
      await keyring.rotate()
      const key = await keyring.signingKey()

      const token = await signPayload('{"a":1}', key)

      assert.equal(decodeProtectedHeader(token).alg, algorithm)
      assert.deepEqual(await openToken(token, keyring), { kid: key.kid, payload: '{"a":1}' })
      await rotateKeys()
    })

  test('another implementation reads what we sign, and we read what it signs', async ({
    assert,
  }) => {
    const [{ token }] = await mint([draft])
    const kid = kidOf(token)
    const row = await db.from('signing_keys').where('kid', kid).firstOrFail()
    const encryption = await app.container.make('encryption')
    const secret = Buffer.from(
      encryption.decrypt<string>(row.secret, 'request-token-key')!,
      'base64url'
    )

    const { payload, protectedHeader } = await compactVerify(token, secret)
    const again = await new CompactSign(payload)
      .setProtectedHeader({ alg: 'HS256', typ: 'rt+jwt', kid })
      .sign(secret)

    assert.deepEqual(protectedHeader, { alg: 'HS256', typ: 'rt+jwt', kid })
    assert.equal(again, token)
    assert.equal((await verify(again)).outcome, 'good')
  })

  test('a kid of the wrong form asks the database nothing [JWT-7]', async ({ assert }) => {
    let asked = 0
    const keyring = new Keyring(
      () => {
        asked++
        return db.connection('uses')
      },
      await app.container.make('encryption'),
      'HS256'
    )

    for (const kid of ['../', "'", '__proto__!', 'a'.repeat(10_000), 7, null, undefined])
      assert.isNull(await keyring.find(kid))

    assert.equal(asked, 0)
  })
})

test.group('Minted tokens', (group) => {
  group.each.setup(() => emptyDatabase())

  test('say nothing private, and have 128 random bits [JWT-12, JWT-14]', async ({ assert }) => {
    const tokens = await mint(
      Array.from({ length: 1000 }, () => ({
        scope: 'unsubscribe',
        target: '/unsubscribe',
        subject: 'person1',
        data: { list: 'letters' },
      }))
    )

    const claims = decodeJwt(tokens[0].token)
    assert.sameMembers(Object.keys(claims), [
      'iss',
      'aud',
      'sub',
      'scope',
      'jti',
      'iat',
      'nbf',
      'exp',
      'max',
      'data',
    ])
    assert.equal(Buffer.from(claims.jti!, 'base64url').length, 16)
    assert.equal(new Set(tokens.map(({ jti }) => jti)).size, 1000)
    assert.equal(decodeProtectedHeader(tokens[0].token).typ, 'rt+jwt')
  })

  test('write no row, and make URLs of plain characters well under 500 [URL-6, URL-7]', async ({
    assert,
  }) => {
    const tokens = await mint(
      Array.from({ length: 10_000 }, () => ({
        scope: 'unsubscribe',
        target: '/unsubscribe',
        subject: 'k3v9w2m4x8q1z7n5',
        data: { list: 'a1b2c3d4e5f6g7h8', mailing: 'h8g7f6e5d4c3b2a1' },
      }))
    )

    for (const { url } of tokens) {
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/unsubscribe\?rt=[A-Za-z0-9._-]+$/)
      assert.isBelow(url.length, 500)
    }
    assert.lengthOf(await db.from('request_tokens'), 0)
  })

  test('what cannot be issued is refused with a sentence: {sentence}')
    .with([
      {
        change: { scope: 'reign' },
        sentence: /There is no scope "reign"\. Choose one of: unsubscribe, /,
      },
      { change: { subject: 'p' }, sentence: /of scope "preview" has no subject/ },
      { change: { scope: 'undo' }, sentence: /of scope "undo" needs a subject/ },
      { change: { target: 'https://evil.example' }, sentence: /is not a path/ },
      { change: { expiresIn: '90 days' }, sentence: /lasts at most 43200 minutes/ },
      { change: { expiresIn: 'soon' }, sentence: /"soon" is not a length of time/ },
      { change: { maxUses: 0 }, sentence: /maxUses is 0/ },
      { change: { data: { a: { b: 1 } } as any }, sentence: /plain object of texts/ },
    ])
    .run(async ({ assert }, { change, sentence }) => {
      await assert.rejects(() => mint([{ ...draft, ...change }]), sentence)
    })

  test('a token issued after the revocation of its mailing is good [JWT-17]', async ({
    assert,
  }) => {
    const data = { list: 'letters', mailing: 'spring' }
    const [early] = await mint([{ ...draft, data }])
    await revokeTokens({ data: { mailing: 'spring' } }, { at: new Date(Date.now() + 1000) })
    const [late] = await mint([{ ...draft, data }], { at: new Date(Date.now() + 2000) })

    assert.equal((await verify(early.token)).outcome, 'revoked')
    assert.equal((await verify(late.token)).outcome, 'good')
  })

  test('a revocation by something that has no column is refused', async ({ assert }) => {
    await assert.rejects(
      () => revokeTokens({ data: { colour: 'red' } }),
      /it is not in dataColumns/
    )
  })
})
