import { test } from '@japa/runner'
import { renderParts, TemplateError } from '#mailings/main'
import { compiled, LINKS, ROSA } from '#tests/unit/mailings/letters'

test.group('Templates | faults', () => {
  test('a body is refused with: {says} [MSG-16, WEB-8]')
    .with([
      { body: 'a\n\n{{ subscriber.name', says: /fault in line 3: output .* not closed/ },
      {
        body: 'a\n{{ subscriber.name | shout }}',
        says: /fault in line 2: there is no filter "shout"/,
      },
      { body: 'a\n{% include "x" %}', says: /fault in line 2: there is no tag "include"/ },
      { body: '{% for i in (1..9) %}x{% endfor %}', says: /there is no tag "for"/ },
      { body: '{% assign x = 1 %}', says: /there is no tag "assign"/ },
      { body: '\n{% if subscriber.name %}x', says: /fault in line 2: .*not closed/ },
      { body: 'x\n{{ process.env }}', says: /line 2: there is no value "process.env"/ },
      {
        body: '{{ subscriber.constructor.name }}',
        says: /"subscriber.constructor.name" is no value/,
      },
      { body: '{{ links.confirm }}', says: /There is links.unsubscribe/ },
      {
        body: 'x\n<p {{ subscriber.name }}>y</p>',
        says: /line 2: .* stands where no value can stand/,
      },
      { body: 'x\n<{{ subscriber.name }}>', says: /line 2: .* stands where no value can stand/ },
      { body: '<p style="color: {{ subscriber.name }}">x</p>', says: /no value (can|may) stand/ },
      {
        body: '<script>"{{ subscriber.name }}"</script>x',
        says: /stands where no value can stand/,
      },
      { body: 'one\ntwo \0', says: /NUL character in line 2/ },
      { body: ' \n ', says: /The body is empty/ },
      { body: '<script>x</script>', says: /The body is empty/ },
      { body: 'x '.repeat(300_000), says: /has 600,000 characters; 500,000 is the most/ },
      { body: 'x '.repeat(60_000), says: /has 124 kB; mail programs cut off/ },
    ])
    .run(({ assert }, { body, says }) => {
      assert.throws(() => compiled({ body, bodyFormat: 'html' }), says)
    })

  test('a fault is of one kind, with a status', ({ assert }) => {
    try {
      compiled({ body: '{{ a.b }}' })
      assert.fail('it was accepted')
    } catch (error) {
      assert.instanceOf(error, TemplateError)
      assert.equal((error as TemplateError).status, 422)
    }
  })

  test('the subject and the text are looked at too', ({ assert }) => {
    assert.throws(() => compiled({ subject: '  ' }), 'The subject is empty. Write one.')
    assert.throws(() => compiled({ subject: '{{ x }}' }), /The subject has a fault in line 1/)
    assert.throws(() => compiled({ textBody: 'a\n{{ x' }), /The text has a fault in line 2/)
  })
})

test.group('Templates | values', () => {
  test('{body} gives {gives}')
    .with([
      { body: 'Dear {{ subscriber.name | default: "friend" }}!', gives: 'Dear Rosa Lindqvist!' },
      { body: 'A {{ subscriber.nobody | default: "friend" }}!', gives: 'A friend!' },
      { body: '{{ subscriber.email }}', gives: 'rosa@example.org' },
      { body: 'in {{subscriber.city|upcase}}', gives: 'in MALMÖ' },
      { body: 'a {{- subscriber.city -}} b', gives: 'aMalmöb' },
      { body: '{% if subscriber.city %}yes{% else %}no{% endif %}', gives: 'yes' },
      { body: '{% unless subscriber.city %}yes{% else %}no{% endunless %}', gives: 'no' },
      { body: '{% case subscriber.city %}{% when "Malmö" %}M{% else %}x{% endcase %}', gives: 'M' },
      { body: '{{ list.name }} {{ subscriber.name | truncate: 6 }}', gives: 'Garden News Ros...' },
      { body: '{{ "}}" | append: "{%" }}', gives: '}}{%' },
    ])
    .run(({ assert }, { body, gives }) => {
      const { text, html } = renderParts(compiled({ body, textBody: body }), ROSA, LINKS)

      assert.equal(text.split('\n\n________')[0], gives)
      assert.include(html, `>${gives}</p>`)
    })

  test('a subject takes values too', ({ assert }) => {
    const letter = compiled({ subject: 'Hello {{ subscriber.name | default: "you" }}' })

    assert.equal(renderParts(letter, ROSA, LINKS).subject, 'Hello Rosa Lindqvist')
    assert.equal(renderParts(letter, { ...ROSA, name: null }, LINKS).subject, 'Hello you')
  })

  test('a condition of its own line leaves no empty paragraph', ({ assert }) => {
    const body = 'one\n\n{% if subscriber.city %}\n\ntwo\n\n{% endif %}\n\nthree'

    const { html } = renderParts(compiled({ body }), ROSA, LINKS)

    assert.notMatch(html, /<p[^>]*>\s*<\/p>/)
    assert.include(html, '>two</p>')
  })

  test('values that are lists or objects show nothing', ({ assert }) => {
    const person = { ...ROSA, attributes: { city: { toString: 'x' }, tags: ['a'] } as any }

    const { text } = renderParts(
      compiled({ body: '[{{ subscriber.city }}{{ subscriber.tags }}]' }),
      person,
      LINKS
    )

    assert.include(text, '[]')
  })
})
