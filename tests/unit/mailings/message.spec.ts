import { test } from '@japa/runner'
import { simpleParser } from 'mailparser'
import { renderFor, renderParts } from '#mailings/main'
import { compiled, gardenNews, LINKS, ROSA } from '#tests/unit/mailings/letters'

const messageOf = (letter = compiled(), person = ROSA) => renderFor(letter, person, LINKS)
const headOf = (raw: Buffer) => raw.toString().split('\r\n\r\n')[0]
const fieldsOf = (raw: Buffer) =>
  headOf(raw)
    .split(/\r\n(?![ \t])/)
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const)
const count = (raw: Buffer, name: string) =>
  fieldsOf(raw).filter(([field]) => field === name).length

test.group('Message | what a reader gets', () => {
  test('a library that is not ours reads both parts, text first [MSG-7, MSG-8]', async ({
    assert,
  }) => {
    const { raw } = messageOf(
      compiled({
        body: 'Dear {{ subscriber.name }} of {{ subscriber.city }},\n\n**plant** ünïcödé 🌷.',
      })
    )

    const mail = await simpleParser(raw)

    assert.equal(mail.subject, 'Bulbs for spring')
    assert.include(mail.text!, 'Dear Rosa Lindqvist of Malmö,')
    assert.include(mail.html as string, '<strong>plant</strong> ünïcödé 🌷.')
    const text = raw.toString()
    assert.isBelow(text.indexOf('text/plain'), text.indexOf('text/html'))
    assert.isTrue(raw.every((byte) => byte < 128))
  })

  test('both parts show a way to unsubscribe, and the postal address [UNSUB-17, LAW-5]', async ({
    assert,
  }) => {
    const mail = await simpleParser(messageOf().raw)

    assert.include(mail.text!, LINKS.unsubscribe)
    assert.include(mail.html as string, `href="${LINKS.unsubscribe}"`)
    assert.include(mail.html as string, `href="${LINKS.preferences}"`)
    assert.include(mail.html as string, `href="${LINKS.view}"`)
    assert.include(mail.text!, '1 Garden Gate, Exampletown')
    assert.include(mail.html as string, '1 Garden Gate, Exampletown')
    assert.include(mail.html as string, 'Garden News')
  })

  test('a body with a way out of its own gets no second one', async ({ assert }) => {
    const letter = compiled({ body: 'Hello.\n\n[Leave]({{ links.unsubscribe }})' })

    const { html, text } = renderParts(letter, ROSA, LINKS)

    assert.lengthOf(html.split(LINKS.unsubscribe), 2)
    assert.lengthOf(text.split(LINKS.unsubscribe), 2)
    assert.include(html, '1 Garden Gate')
  })

  test('a way out that shows only sometimes does not count [UNSUB-17]', async ({ assert }) => {
    const letter = compiled({
      body: 'Hi{% if subscriber.city %} [Leave]({{ links.unsubscribe }}){% endif %}',
    })

    const { html } = renderParts(letter, { ...ROSA, attributes: null }, LINKS)

    assert.include(html, LINKS.unsubscribe)
  })

  test('links survive being encoded and read again [URL-8]', async ({ assert }) => {
    const mail = await simpleParser(messageOf().raw)

    for (const link of Object.values(LINKS)) {
      assert.include(mail.text!, link)
      assert.include(mail.html as string, link)
    }
  })

  test('a value is escaped for where it stands [WEB-8]', ({ assert }) => {
    const letter = compiled({
      bodyFormat: 'html',
      body: `<p>{{ subscriber.name }}</p><a href="{{ subscriber.site }}">a</a>
        <a href="https://example.org/?q={{ subscriber.name }}">b</a><img src="https://example.org/x.png" alt="{{ subscriber.name }}">`,
    })
    const name = '"><script>alert(1)</script> & co'

    const { html, text } = renderParts(
      letter,
      { ...ROSA, name, attributes: { site: 'javascript:alert(1)' } },
      LINKS
    )

    assert.notInclude(html, '<script>')
    assert.include(html, '<p style="margin: 0 0 16px;">&quot;&gt;&lt;script&gt;')
    assert.include(html, 'href="#"')
    assert.include(html, `?q=${encodeURIComponent(name)}`)
    assert.include(html, 'alt="&quot;&gt;&lt;script&gt;')
    assert.include(text, name)
  })

  test('a value is never read as a placeholder [WEB-8]', ({ assert }) => {
    const name = '{{ links.unsubscribe }}{% if %}'

    const { html, text } = renderParts(
      compiled({ body: '{{ subscriber.name }} {\\{ x }} &#123;&#123; y }}' }),
      { ...ROSA, name },
      LINKS
    )

    assert.include(text, name)
    assert.include(html, '{{ x }} {{ y }}')
  })

  test('{html} does not survive in an authored body [WEB-9]')
    .with([
      { html: '<script>x()</script>', gone: 'script' },
      { html: '<img src=x onerror=alert(1)>', gone: 'onerror' },
      { html: '<a href="javascript:alert(1)">x</a>', gone: 'javascript' },
      { html: '<a href="java&#10;script:alert(1)">x</a>', gone: 'script:' },
      { html: '<iframe src="https://example.org"></iframe>', gone: 'iframe' },
      { html: '<form action="https://example.org"><input></form>', gone: 'form' },
      { html: '<p style="background:url(https://example.org/t.gif)">x</p>', gone: 't.gif' },
      { html: '<p style="position:fixed;top:0">x</p>', gone: 'fixed' },
      { html: '<style>p{background:url(//example.org/t.gif)}</style><p>x</p>', gone: 't.gif' },
      { html: '<svg><script>x()</script></svg>', gone: 'x()' },
      { html: '<meta http-equiv="refresh" content="0;url=https://example.org">', gone: 'refresh' },
      { html: '<base href="https://example.org/">', gone: '<base' },
      { html: '<link rel="stylesheet" href="https://example.org/a.css">', gone: 'a.css' },
    ])
    .run(({ assert }, { html, gone }) => {
      for (const bodyFormat of ['html', 'markdown']) {
        const shown = renderParts(
          compiled({ body: `<p>text</p>\n\n${html}`, bodyFormat }),
          ROSA,
          LINKS
        )
        const body = shown.html.slice(shown.html.indexOf('<body'))
        assert.notInclude(body, gone)
      }
    })

  test('the style sheet of an authored page goes into its elements', ({ assert }) => {
    const { html } = renderParts(
      compiled({
        bodyFormat: 'html',
        body: '<html><head><style>.x { color: #123456 }</style></head><body><p class="x">hi</p></body></html>',
      }),
      ROSA,
      LINKS
    )

    assert.match(html, /<p style="[^"]*color: ?#123456[^"]*">hi<\/p>/)
    assert.lengthOf(html.match(/<body/g)!, 1)
  })
})

test.group('Message | headers', () => {
  test('one-click headers, byte for byte, https alone [UNSUB-1, UNSUB-2, UNSUB-20]', ({
    assert,
  }) => {
    const { raw } = messageOf()

    const lines = headOf(raw).split('\r\n')

    assert.deepEqual(
      lines.filter((line) => line.startsWith('List-Unsubscribe')),
      [
        `List-Unsubscribe: <${LINKS.unsubscribe}>`,
        'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      ]
    )
  })

  test('help, no posting, bulk, and no Auto-Submitted [UNSUB-18, UNSUB-21, UNSUB-24, UNSUB-25]', ({
    assert,
  }) => {
    const fields = new Map(fieldsOf(messageOf().raw))

    assert.match(fields.get('List-Help')!, /^<http.*\/links>$/)
    assert.equal(fields.get('List-Post'), 'NO')
    assert.equal(fields.get('Precedence'), 'bulk')
    assert.isFalse(fields.has('Auto-Submitted'))
    assert.isFalse(fields.has('List-Archive'))
  })

  test('List-Id stays when the list is renamed [UNSUB-23]', ({ assert }) => {
    const idOf = (list = gardenNews()) =>
      new Map(fieldsOf(messageOf(compiled({}, list)).raw)).get('List-Id')!

    assert.equal(idOf(), 'Garden News <garden0000000001.list-id.example.org>')
    assert.match(
      idOf(gardenNews({ name: 'Blumen für alle' })),
      /^=\?UTF-8\?B\?.*\?= <garden0000000001\.list-id\.example\.org>$/
    )
  })

  test('the Message-ID is the same at every attempt, another for each person [MSG-5]', ({
    assert,
  }) => {
    const first = messageOf()
    const again = renderFor(compiled(), ROSA, LINKS, { at: new Date('2027-01-01T00:00:00Z') })
    const other = messageOf(compiled(), { ...ROSA, publicId: 'amina00000000001' })

    assert.equal(again.messageId, first.messageId)
    assert.notEqual(other.messageId, first.messageId)
    assert.match(first.messageId, /^<[0-9a-f]{32}@example\.org>$/)
    assert.include(first.raw.toString(), `\r\nMessage-ID: ${first.messageId}\r\n`)
  })

  test('without a working link there is no one-click header [UNSUB-16]', ({ assert }) => {
    const { raw } = renderFor(compiled(), ROSA, LINKS, { oneClick: false })

    assert.equal(count(raw, 'List-Unsubscribe'), 0)
    assert.equal(count(raw, 'List-Unsubscribe-Post'), 0)
  })

  test('a name with {sign} is refused, not made flat [MSG-2]')
    .with([
      { sign: 'CRLF', text: 'x\r\nBcc: y@example.org' },
      { sign: 'LF', text: 'x\nBcc: y@example.org' },
      { sign: 'CR', text: 'x\rBcc: y@example.org' },
      { sign: 'NUL', text: 'x\0y' },
    ])
    .run(({ assert }, { text }) => {
      const sentence = /holds a line break or another control character/
      assert.throws(() => messageOf(compiled(), { ...ROSA, name: text }), sentence)
      assert.throws(() => messageOf(compiled(), { ...ROSA, email: text }), sentence)
      assert.throws(() => compiled({ subject: text }), sentence)
      assert.throws(() => compiled({}, gardenNews({ name: text })), sentence)
      assert.throws(() => compiled({}, gardenNews({ fromName: text })), sentence)
      assert.throws(() => compiled({}, gardenNews({ fromAddress: text })), sentence)
      assert.throws(
        () =>
          messageOf(compiled({ subject: 'Hi {{ subscriber.city }}' }), {
            ...ROSA,
            attributes: { city: text },
          }),
        sentence
      )
    })
})

/** Repeatable, so that a failure can be looked at. */
function random(seed: number) {
  return () => {
    seed = (seed * 1664525 + 1013904223) % 2 ** 32
    return seed / 2 ** 32
  }
}

const SNIPPETS = [
  ' ',
  '  ',
  'word',
  'a-very-long-word-without-any-space-that-goes-on-and-on-for-more-than-a-line-of-text',
  'é',
  '🌷',
  '👩‍👩‍👧‍👦',
  'שלום',
  'سلام',
  '"',
  "'",
  '\\',
  '<b>',
  '&',
  '=',
  '=?UTF-8?Q?x?=',
  '.',
  '\t.',
  '{',
  '}',
  '%',
  ',',
  ';',
  ':',
  '@',
  '(x)',
  'From ',
  '日本語',
]

test.group('Message | over many random ones', () => {
  test('lines, header grammar and content hold over 1,000 messages [MSG-1, MSG-4, MSG-6, UNSUB-19]', async ({
    assert,
  }) => {
    const next = random(7)
    const some = (most: number) =>
      Array.from(
        { length: 1 + Math.floor(next() * most) },
        () => SNIPPETS[Math.floor(next() * SNIPPETS.length)]
      ).join('')
    const clean = (text: string) => text.replace(/\p{Cc}/gu, ' ')

    let subject = ''
    let letter = compiled()
    for (let i = 0; i < 1000; i++) {
      if (i % 20 === 0) {
        subject = `Hi ${clean(some(20))}`.replaceAll('{', '(')
        const textBody = `Dear {{ subscriber.name }},\n\n.\n${'long '.repeat(Math.floor(next() * 400))}{{ subscriber.city }}\n\n. {{ subscriber.city }}`
        letter = compiled({ subject, textBody }, gardenNews({ name: clean(some(8)) }))
      }
      const name = clean(some(12)).trim() || 'x'
      const city = some(40)
      const { raw, envelope } = renderFor(letter, { ...ROSA, name, attributes: { city } }, LINKS)

      const text = raw.toString('latin1')
      assert.notMatch(text, /\r(?!\n)|(?<!\r)\n|\0/)
      assert.isTrue(raw.every((byte) => byte < 128))
      const [head, ...rest] = text.split('\r\n\r\n')
      for (const line of head.split('\r\n')) assert.isBelow(line.length, 999)
      for (const line of rest.join('\r\n\r\n').split('\r\n')) assert.isBelow(line.length, 77)
      for (const [word] of head.matchAll(/=\?[^?]+\?B\?[^?]*\?=/g)) assert.isBelow(word.length, 76)
      for (const field of [
        'From',
        'To',
        'Subject',
        'Date',
        'Message-ID',
        'List-Id',
        'List-Unsubscribe',
        'List-Unsubscribe-Post',
        'List-Help',
        'List-Post',
        'MIME-Version',
        'Content-Type',
      ])
        assert.equal(count(raw, field), 1, field)
      for (const [field, value] of fieldsOf(raw))
        if (['List-Unsubscribe', 'List-Help'].includes(field))
          assert.match(value, /^<https?:[^\s<>]+>$/)
      assert.equal(envelope.to, 'rosa@example.org')
      if (i % 20 === 0) {
        const mail = await simpleParser(raw)
        const flat = (value: string) => value.replace(/\s+/g, ' ').trim()
        assert.equal(flat(mail.subject!), flat(subject))
        assert.deepEqual(
          (mail.to as any).value.map((one: any) => one.address),
          ['rosa@example.org']
        )
        assert.equal(flat((mail.to as any).value[0].name), flat(name))
        assert.include(flat(mail.text!), flat(clean(city)))
      }
    }
  }).timeout(60_000)
})
