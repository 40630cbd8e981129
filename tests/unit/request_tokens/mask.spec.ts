import { test } from '@japa/runner'
import { maskTokens, mint } from '#request_tokens/main'

test.group('Masking of tokens', () => {
  test('no part of a token is left, however it is written [URL-5]', async ({ assert }) => {
    const [{ token, url }] = await mint([
      { scope: 'preview', target: '/view?lang=fr', data: { list: 'letters' } },
    ])
    const [head, payload, signature] = token.split('.')
    const ways = [
      url,
      `GET ${url} HTTP/1.1`,
      JSON.stringify({ url, nested: { rt: token } }),
      encodeURIComponent(url),
      `Authorization: Bearer ${token}`,
      `rt=${token.slice(0, 60)}`,
      `${head}.${payload}`,
      `<a href="${url}">leave</a>`,
    ]

    for (const text of ways.map(maskTokens)) {
      assert.notInclude(text, head)
      assert.notInclude(text, payload.slice(0, 40))
      assert.notInclude(text, signature)
      assert.include(text, '[token]')
    }
  })

  test('the rest of a line stays as it was', ({ assert }) => {
    const line = 'GET /view?lang=fr&part=3&start=1#rt 200 in 3 ms by art=deco.'

    assert.equal(maskTokens(line), line)
    assert.equal(maskTokens('/view?rt=abc&lang=fr#top'), '/view?rt=[token]&lang=fr#top')
  })
})
