import { rm } from 'node:fs/promises'
import { test } from '@japa/runner'
import mailboxConfig from '#config/mailbox'
import { MessageStore } from '#mailbox/main'
import { renderFor } from '#mailings/main'
import { compiled, LINKS, ROSA } from '#tests/unit/mailings/letters'

test.group('Mailbox | in the browser', (group) => {
  group.each.setup(() => () => rm(mailboxConfig.directory, { recursive: true, force: true }))

  async function oneLetter(name = ROSA.name) {
    const store = await MessageStore.open(mailboxConfig.directory)
    const unsubscribe = `${process.env.APP_URL}/unsubscribe?rt=x`
    const { raw, envelope } = renderFor(compiled(), { ...ROSA, name }, { ...LINKS, unsubscribe })
    return store.add(raw, { from: envelope.from, to: [envelope.to] })
  }

  test('an empty one says what comes here', async ({ client }) => {
    const page = await client.get('/mailbox')

    page.assertStatus(200)
    page.assertTextIncludes('No message has come yet.')
  })

  test('lists messages; each shows its links, headers and a button to leave', async ({
    client,
    assert,
  }) => {
    const id = await oneLetter()

    const list = await client.get('/mailbox')
    const page = await client.get(`/mailbox/${id}`)

    list.assertTextIncludes(`<a href="/mailbox/${id}">Bulbs for spring</a>`)
    page.assertTextIncludes(`<a href="${LINKS.preferences}"`)
    page.assertTextIncludes('<dt>List-Unsubscribe-Post</dt>')
    page.assertTextIncludes('<form method="post" action="/unsubscribe?rt=x"')
    assert.include(page.header('content-security-policy'), "frame-src 'self'")
  })

  test('what a message holds is shown and never run [WEB-8, WEB-9]', async ({ client, assert }) => {
    const id = await oneLetter('<script>alert(1)</script>')

    const page = await client.get(`/mailbox/${id}`)
    const html = await client.get(`/mailbox/${id}/html`)
    const source = await client.get(`/mailbox/${id}/source`)

    assert.notInclude(page.text(), '<script')
    assert.match(html.header('content-security-policy')!, /^sandbox allow-popups/)
    assert.notInclude(html.header('content-security-policy'), 'allow-scripts')
    assert.match(source.header('content-type')!, /^text\/plain/)
    assert.equal(source.header('x-content-type-options'), 'nosniff')
  })

  test('an unknown one is not there', async ({ client }) => {
    for (const path of ['nosuch', 'nosuch/html', 'nosuch/source', '..%2F..%2Fpackage']) {
      const page = await client.get(`/mailbox/${path}`)
      page.assertStatus(404)
    }
  })
})
