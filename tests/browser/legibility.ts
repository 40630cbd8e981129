import type { Page } from 'playwright'

/* What is run in the page stands in text: the types of a browser are not those of the server. */

const TEXTS = `(() => {
  const parse = (value) => value.match(/[\\d.]+/g).map(Number)
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => {
      const share = part / 255
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, alpha = 1] = parse(getComputedStyle(at).backgroundColor)
      if (alpha === 1) return [r, g, b]
    }
    return [255, 255, 255]
  }
  const hasText = (element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue.trim())
  return [...document.querySelectorAll('body *')].filter(hasText).map((element) => {
    const text = light(parse(getComputedStyle(element).color).slice(0, 3))
    const behind = light(ground(element))
    const ratio = (Math.max(text, behind) + 0.05) / (Math.min(text, behind) + 0.05)
    return { ratio, what: element.tagName + '.' + element.className }
  })
})()`

/** Text whose contrast is under 4.5:1 (WCAG 1.4.3), as the browser has computed the colours. */
export async function paleTexts(page: Page) {
  const texts = await page.evaluate<{ ratio: number; what: string }[]>(TEXTS)
  if (texts.length === 0) throw new Error('The page has no text.')
  return texts.filter(({ ratio }) => ratio < 4.5)
}

/** By how many pixels the page is wider than the screen. */
export function overflow(page: Page) {
  return page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
}
