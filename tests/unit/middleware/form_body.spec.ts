import { test } from '@japa/runner'
import { parseForm } from '#middleware/form_body'

const MULTIPART = 'multipart/form-data; boundary=frontier'
const part = (head: string, body: string) => `--frontier\r\n${head}\r\n\r\n${body}\r\n`
const named = (name: string, body: string) =>
  part(`Content-Disposition: form-data; name="${name}"`, body)

test.group('Form body', () => {
  test('reads {name}')
    .with([
      {
        name: 'a form',
        type: 'application/x-www-form-urlencoded',
        text: 'a=1&b=x+y%21',
        fields: { a: '1', b: 'x y!' },
      },
      {
        name: 'a field sent twice',
        type: 'application/x-www-form-urlencoded; charset=utf-8',
        text: 'a=1&a=2&a=3',
        fields: { a: ['1', '2', '3'] },
      },
      {
        name: 'JSON',
        type: 'application/json',
        text: '{"a": "1", "b": [2]}',
        fields: { a: '1', b: [2] },
      },
      {
        name: 'multipart',
        type: MULTIPART,
        text: `${named('a', '1')}${named('b', 'two\r\nlines')}--frontier--\r\n`,
        fields: { a: '1', b: 'two\r\nlines' },
      },
      {
        name: 'multipart, boundary in quotes, bare line feeds',
        type: 'multipart/form-data; boundary="frontier"',
        text: `${named('a', '1')}--frontier--`.replaceAll('\r\n', '\n'),
        fields: { a: '1' },
      },
      {
        name: 'multipart with a file, which is left out',
        type: MULTIPART,
        text: `${part('Content-Disposition: form-data; name="f"; filename="x.txt"', 'data')}${named('a', '1')}--frontier--`,
        fields: { a: '1' },
      },
    ])
    .run(({ assert }, { type, text, fields }) => {
      assert.deepEqual(parseForm(text, type), { fields, fault: null })
    })

  test('makes the best of {name}, and says that it is {fault}')
    .with([
      {
        name: 'the sample of RFC 8058 section 8.3',
        type: 'multipart/form-data; boundary=---B',
        text: '---B\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n---B--\r\n',
        fields: { a: '1' },
        fault: 'broken',
      },
      {
        name: 'multipart that is not closed',
        type: MULTIPART,
        text: named('a', '1'),
        fields: { a: '1' },
        fault: 'broken',
      },
      {
        name: 'multipart without a boundary',
        type: 'multipart/form-data',
        text: named('a', '1'),
        fields: {},
        fault: 'broken',
      },
      {
        name: 'a form of another type',
        type: 'text/plain',
        text: 'a=1',
        fields: { a: '1' },
        fault: 'odd',
      },
      { name: 'a form without a type', type: '', text: 'a=1', fields: { a: '1' }, fault: 'odd' },
      {
        name: 'half a JSON text',
        type: 'application/json',
        text: '{"a": ',
        fields: {},
        fault: 'broken',
      },
      { name: 'a JSON list', type: 'application/json', text: '[1]', fields: {}, fault: 'broken' },
    ] as const)
    .run(({ assert }, { type, text, fields, fault }) => {
      assert.deepEqual(parseForm(text, type), { fields, fault })
    })

  test('leaves prototypes alone', ({ assert }) => {
    parseForm('{"__proto__": {"isRoot": true}}', 'application/json')
    parseForm('__proto__=x&constructor=y', 'application/x-www-form-urlencoded')

    assert.isUndefined(({} as { isRoot?: boolean }).isRoot)
  })
})
