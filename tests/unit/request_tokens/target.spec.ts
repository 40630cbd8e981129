import { test } from '@japa/runner'
// eslint-disable-next-line no-restricted-imports
import { normaliseTarget, urlWithToken } from '#request_tokens/target'

test.group('Targets', () => {
  test('{given} and {same} are one target')
    .with([
      { given: '/unsubscribe', same: '/unsubscribe/' },
      { given: '/unsubscribe', same: '/unsubscribe?lang=fr#top' },
      { given: '/unsubscribe', same: '/un%73ubscribe' },
      { given: '/a%2Fb', same: '/a%2fb' },
      { given: '/a/c', same: '/a/b/../c' },
      { given: '/', same: '/?x=1' },
    ])
    .run(({ assert }, { given, same }) => {
      assert.equal(normaliseTarget(same), normaliseTarget(given))
    })

  test('{one} and {other} are two')
    .with([
      { one: '/unsubscribe', other: '/Unsubscribe' },
      { one: '/a%2Fb', other: '/a/b' },
      { one: '/unsubscribe', other: '/unsubscribe/undo' },
    ])
    .run(({ assert }, { one, other }) => {
      assert.notEqual(normaliseTarget(one), normaliseTarget(other))
    })

  test('what is no path of the application is refused with a sentence [URL-14]')
    .with(['https://evil.example/', '//evil.example', 'unsubscribe', '', '/\\evil.example'])
    .run(({ assert }, target) => {
      assert.throws(() => normaliseTarget(target), /is not a path\. Write one such as/)
    })

  test('the token is the last argument, and all else is kept [URL-6]')
    .with([
      ['/unsubscribe', 'https://lists.example.org/unsubscribe?rt=TOKEN'],
      ['/p?lang=fr', 'https://lists.example.org/p?lang=fr&rt=TOKEN'],
      ['/p?rt=old&lang=fr#top', 'https://lists.example.org/p?lang=fr&rt=TOKEN#top'],
      ['/p#top', 'https://lists.example.org/p?rt=TOKEN#top'],
    ])
    .run(({ assert }, [target, url]) => {
      assert.equal(urlWithToken('https://lists.example.org', target, 'TOKEN'), url)
    })
})
