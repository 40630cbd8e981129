import juice from 'juice'

export interface Frame {
  language: string
  title: string
  /** HTML. */
  body: string
  /** HTML. */
  footer: string
  /** Of links and rules, e.g. `#2f6f4f`. */
  colour: string
}

const RIGHT_TO_LEFT = ['ar', 'arc', 'ckb', 'dv', 'fa', 'he', 'ks', 'ps', 'sd', 'ug', 'ur', 'yi']

/** A whole HTML message around a body, with its style inlined. Dark where the reader's device is. */
export function htmlFrame({ language, title, body, footer, colour }: Frame) {
  const direction = RIGHT_TO_LEFT.includes(language.split('-')[0]) ? 'rtl' : 'ltr'
  const page = `<!doctype html>
<html lang="${attribute(language)}" dir="${direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${text(title)}</title>
<style>${styles(colour)}</style>
</head>
<body>
<div class="page">
<div class="letter">
${body}
</div>
<div class="foot">
${footer}
</div>
</div>
</body>
</html>
`
  return juice(page, { preserveMediaQueries: true, preserveImportant: true })
}

/** Text as HTML. */
export function text(value: string) {
  return value.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]!)
}

function attribute(value: string) {
  return text(value).replace(/"/g, '&quot;')
}

const FONT =
  "font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

function styles(colour: string) {
  return `
body { margin: 0; padding: 0; background-color: #f6f5f1; -webkit-text-size-adjust: 100%; }
.page { max-width: 600px; margin: 0 auto; padding: 24px 16px 40px; ${FONT}; font-size: 17px; line-height: 1.55; color: #1f2421; overflow-wrap: break-word; }
.letter { background-color: #ffffff; border-radius: 8px; padding: 28px 24px; }
.letter h1 { margin: 0 0 16px; font-size: 27px; line-height: 1.25; }
.letter h2 { margin: 28px 0 12px; font-size: 21px; line-height: 1.3; }
.letter h3 { margin: 24px 0 8px; font-size: 18px; line-height: 1.35; }
.letter p, .letter ul, .letter ol { margin: 0 0 16px; }
.letter li { margin: 0 0 6px; }
.letter a { color: ${colour}; text-decoration: underline; }
.letter img { max-width: 100%; height: auto; border: 0; }
.letter blockquote { margin: 0 0 16px; padding: 4px 16px; border-inline-start: 4px solid #d8d5cb; color: #4b524e; }
.letter blockquote p:last-child { margin-bottom: 0; }
.letter hr { border: 0; border-top: 1px solid #d8d5cb; margin: 24px 0; }
.letter pre { overflow-x: auto; font-size: 15px; }
.foot { padding: 20px 24px 0; font-size: 14px; line-height: 1.5; color: #5a615d; }
.foot p { margin: 0 0 10px; }
.foot a { color: #5a615d; text-decoration: underline; white-space: nowrap; }
@media (prefers-color-scheme: dark) {
body { background-color: #151816 !important; }
.page { color: #e9ece9 !important; }
.letter { background-color: #1f2421 !important; color: #e9ece9 !important; }
.letter a { color: #9fd3b8 !important; }
.letter blockquote { color: #c2c8c4 !important; border-color: #4b524e !important; }
.foot, .foot a { color: #b4bab6 !important; }
}
@media (max-width: 480px) {
.letter { padding: 20px 16px !important; }
.foot { padding: 20px 16px 0 !important; }
}
`
}
