import { test } from '@japa/runner'
import type { Browser, Page } from 'playwright'
import type List from '#models/list'
import type Subscriber from '#models/subscriber'
import { makeList, makeSubscriber } from '#database/factories/main'
import { emptyDatabase } from '#tests/database'
import { openReader } from '#tests/browser/public/reader'
import { base, makeLink } from '#tests/functional/public/visitor'

let list: List
let rosa: Subscriber

async function start() {
  await emptyDatabase()
  list = await makeList({ name: 'Garden News', topics: ['Events', 'Recipes'], colour: '#2e7d32' })
  rosa = await makeSubscriber({
    email: 'a.person.with.a.rather.long.name@a-long-subdomain.of.an.example.org',
    list,
  })
}

/** Opens each kind of page in turn. */
async function eachPage(page: Page, look: (name: string) => Promise<void>) {
  const open = async (name: string, url: string) => {
    await page.goto(url)
    await look(name)
  }
  const leave = await makeLink('unsubscribe', rosa, list)
  await open('home', `${base}/`)
  await open('unsubscribe', leave.url)
  await open('preferences', (await makeLink('preferences', rosa, list)).url)
  await open('refused', (await makeLink('unsubscribe', rosa, list, { at: new Date(0) })).url)
  await open('invalid', `${base}/unsubscribe?rt=x`)
  await open('links', `${base}/links`)
  await open('not found', `${base}/nowhere`)
  await page.goto(leave.url)
  await page.getByRole('button', { name: 'Unsubscribe' }).click()
  await look('unsubscribed')
}

const TEXT_SPACING = `* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
  p { margin-block-end: 2em !important }`

/* What runs in the page is text: the types of a browser are not those of the server. */
const SIZE = `({
  content: document.documentElement.scrollWidth,
  window: document.documentElement.clientWidth,
})`

interface Focus {
  place: number
  hasRing: boolean
  isInView: boolean
}

const FOCUS = `(() => {
  const element = document.activeElement
  if (element === document.body) return null
  const { outlineWidth, outlineStyle } = getComputedStyle(element)
  const { top, bottom } = element.getBoundingClientRect()
  return {
    place: [...document.querySelectorAll('*')].indexOf(element),
    hasRing: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2,
    isInView: bottom > 0 && top < window.innerHeight,
  }
})()`

test.group('Browser | layout', (group) => {
  group.each.setup(start)

  test('nothing is cut off or scrolls sideways: {name} [A11Y-5]')
    .with([
      { name: '320 px, which is 1280 px at 400 %', width: 320, spacing: false, rtl: false },
      { name: '320 px with wide text spacing', width: 320, spacing: true, rtl: false },
      { name: '390 px right to left', width: 390, spacing: false, rtl: true },
      { name: '1280 px', width: 1280, spacing: false, rtl: false },
    ])
    .run(async ({ assert, browser }, { width, spacing, rtl }) => {
      const { page, close } = await openReader(browser as Browser, {
        viewport: { width, height: 800 },
        bypassCSP: true,
      })

      await eachPage(page, async (name) => {
        if (spacing) await page.addStyleTag({ content: TEXT_SPACING })
        if (rtl) await page.evaluate("document.documentElement.setAttribute('dir', 'rtl')")
        const size = await page.evaluate<{ content: number; window: number }>(SIZE)
        assert.isAtMost(size.content, size.window, name)
      })
      await close()
    })

  test('every target is at least 24 px, the main button at least 44 px [A11Y-5]', async ({
    assert,
    browser,
  }) => {
    const { page, close } = await openReader(browser as Browser, {
      viewport: { width: 390, height: 800 },
    })

    await eachPage(page, async (name) => {
      for (const control of await page.locator('button, input:visible, select, textarea').all()) {
        const box = (await control.boundingBox())!
        assert.isAtLeast(
          Math.min(box.width, box.height),
          24,
          `${name}: ${await control.innerText()}`
        )
      }
      for (const button of await page.locator('.button').all())
        assert.isAtLeast((await button.boundingBox())!.height, 44, name)
    })
    await close()
  })

  test('the list has its colour at the top', async ({ assert, browser }) => {
    const { page, complaints, close } = await openReader(browser as Browser)
    await page.goto((await makeLink('unsubscribe', rosa, list)).url)

    const fill = await page.evaluate(
      "getComputedStyle(document.querySelector('.page-bar rect')).fill"
    )

    assert.equal(fill, 'rgb(46, 125, 50)')
    assert.deepEqual(complaints, [])
    await close()
  })
})

test.group('Browser | keyboard', (group) => {
  group.each.setup(start)

  test('Tab goes through every control in order, each with a ring that one sees [A11Y-3]', async ({
    assert,
    browser,
  }) => {
    const { page, close } = await openReader(browser as Browser, {
      viewport: { width: 390, height: 800 },
    })

    await eachPage(page, async (name) => {
      const expected = await page
        .locator('a[href], button, input:visible, select, textarea')
        .count()
      const seen: number[] = []
      for (let i = 0; i < expected + 5; i++) {
        await page.keyboard.press('Tab')
        const focus = await page.evaluate<Focus | null>(FOCUS)
        if (!focus || seen.includes(focus.place)) break
        assert.isTrue(focus.hasRing, `${name}: no ring`)
        assert.isTrue(focus.isInView, `${name}: out of view`)
        seen.push(focus.place)
      }
      assert.isAbove(seen.length, 0, name)
      assert.deepEqual(
        seen,
        [...seen].sort((a, b) => a - b),
        name
      )
    })
    await close()
  })

  test('one can leave by the keyboard alone [A11Y-3]', async ({ assert, browser }) => {
    const { page, close } = await openReader(browser as Browser)
    await page.goto((await makeLink('unsubscribe', rosa, list)).url)

    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.waitForURL(`${base}/unsubscribe`)

    assert.equal(await page.locator('h1').textContent(), 'You have left Garden News')
    await close()
  })
})

test.group('Browser | headers at work', (group) => {
  group.each.setup(start)

  test('nothing breaks the content security policy, and no one can frame the page [URL-15]', async ({
    assert,
    browser,
  }) => {
    const { page, complaints, close } = await openReader(browser as Browser)
    await eachPage(page, async () => {})
    assert.deepEqual(complaints, [])

    const { url } = await makeLink('unsubscribe', rosa, list)
    await page.route('http://framer.example.org/', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<iframe src="${url}"></iframe>` })
    )
    await page.goto('http://framer.example.org/')
    await page.waitForTimeout(300)
    const text = await page
      .frames()[1]
      .locator('body')
      .textContent()
      .catch(() => '')
    assert.notInclude(text ?? '', 'Unsubscribe')
    await close()
  })
})
