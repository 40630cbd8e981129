import { test } from '@japa/runner'
import { AddressError, maskAddress, normaliseAddress } from '#subscribers/main'

test.group('E-mail address | reading', () => {
  test('{address} is kept as given and known as {key} [MSG-10]')
    .with([
      { address: 'Rosa@Example.ORG', key: 'rosa@example.org' },
      { address: 'a+b@x.example', key: 'a+b@x.example' },
      { address: 'j.u.n@x.example', key: 'j.u.n@x.example' },
      { address: 'Ä@X.example', key: 'ä@x.example' },
      { address: 'post@BÜCHER.example', key: 'post@xn--bcher-kva.example' },
      { address: "o'hara@example.org", key: "o'hara@example.org" },
    ])
    .run(({ assert }, { address, key }) => {
      assert.deepEqual(normaliseAddress(address), { address, key })
    })

  test('space around an address is no part of it', ({ assert }) => {
    assert.equal(normaliseAddress('  rosa@example.org\t').address, 'rosa@example.org')
  })

  test('two ways to write one letter are one person [MSG-10]', ({ assert }) => {
    assert.equal(
      normaliseAddress('jose\u0301@example.org').key,
      normaliseAddress('jos\u00E9@example.org').key
    )
  })

  test('{address} is refused: {because}')
    .with([
      { address: '', because: 'The address is empty.' },
      { address: 'rosa', because: 'it has no @' },
      { address: '@example.org', because: 'before the @' },
      { address: 'ro sa@example.org', because: 'before the @' },
      { address: 'a@b@example.org', because: 'before the @' },
      { address: 'rosa..l@example.org', because: 'before the @' },
      { address: '.rosa@example.org', because: 'before the @' },
      { address: `${'a'.repeat(65)}@example.org`, because: 'before the @' },
      { address: 'rosa@example.org\r\nBcc: all@example.org', because: 'before the @' },
      { address: 'rosa@', because: 'after the @' },
      { address: 'rosa@localhost', because: 'after the @' },
      { address: 'rosa@127.0.0.1', because: 'after the @' },
      { address: 'rosa@0x7f.1', because: 'after the @' },
      { address: 'rosa@[127.0.0.1]', because: 'after the @' },
      { address: 'rosa@exa_mple.org', because: 'after the @' },
      { address: 'rosa@-example.org', because: 'after the @' },
      { address: 'rosa@example..org', because: 'after the @' },
      { address: 'rosa@example.org/path', because: 'after the @' },
      { address: `rosa@${'a.'.repeat(130)}org`, because: 'longer than 254' },
    ])
    .run(({ assert }, { address, because }) => {
      const error = refusalOf(address)

      assert.instanceOf(error, AddressError)
      assert.include(error!.message, because)
      assert.notMatch(error!.message, /[\r\n]/)
    })
})

test.group('E-mail address | masking', () => {
  test('{address} is shown as {masked}')
    .with([
      { address: 'sami@example.org', masked: 's•••@example.org' },
      { address: 'Ä.b@example.org', masked: 'Ä•••@example.org' },
      { address: 'x@example.org', masked: '•••@example.org' },
      { address: '𝒳y@example.org', masked: '𝒳•••@example.org' },
    ])
    .run(({ assert }, { address, masked }) => {
      assert.equal(maskAddress(address), masked)
    })
})

function refusalOf(address: string): Error | null {
  try {
    normaliseAddress(address)
    return null
  } catch (error) {
    return error as Error
  }
}
