import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from '@japa/runner'

test.group('Stylesheet | contrast', () => {
  const css = readFileSync(
    fileURLToPath(new URL('../../public/postern.css', import.meta.url)),
    'utf8'
  )
  const [light, dark] = css.split('@media (prefers-color-scheme: dark)')
  const colours = (part: string) =>
    Object.fromEntries(
      [...part.matchAll(/--([\w-]+): (#[0-9a-f]{3,6});/g)].map(([, name, hex]) => [name, hex])
    )

  test('{theme}: text has 4.5 to 1, controls have 3 to 1 [A11Y-4]')
    .with([
      { theme: 'light', part: light },
      { theme: 'dark', part: dark.split('*,')[0] },
    ])
    .run(({ assert }, { part }) => {
      const c = colours(part)
      for (const [ink, paper] of [
        ['ink', 'paper'],
        ['quiet', 'paper'],
        ['link', 'paper'],
        ['wrong', 'paper'],
        ['ink', 'field'],
        ['ink', 'done-paper'],
        ['ink', 'wrong-paper'],
        ['on-button', 'button'],
        ['on-button', 'button-over'],
      ])
        assert.isAtLeast(contrast(c[ink], c[paper]), 4.5, `${ink} on ${paper}`)
      for (const [edge, paper] of [
        ['edge', 'paper'],
        ['edge', 'field'],
        ['button', 'paper'],
        ['focus', 'paper'],
        ['done', 'done-paper'],
        ['wrong', 'wrong-paper'],
      ])
        assert.isAtLeast(contrast(c[edge], c[paper]), 3, `${edge} on ${paper}`)
    })
})

/** WCAG 2.2, "contrast ratio". */
function contrast(one: string, other: string) {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(hex: string) {
  const full = hex.length === 4 ? hex.replaceAll(/[0-9a-f]/g, '$&$&') : hex
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(full.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
