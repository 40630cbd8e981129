/*
 * Quoted-printable (RFC 2045 section 6.7) in pieces: each piece starts on a line of its own and, where another
 * follows, ends with a soft line break. So a frame can be encoded once, and values put between its
 * pieces keep every line within 76 characters.
 */
const MAX_LINE = 76
const SOFT_BREAK = '=\r\n'

/** `{` is encoded too: what is left of the text can then never be read as a placeholder. */
const LITERAL = Array.from({ length: 256 }, (_, byte) => {
  const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== 0x3d && byte !== 0x7b
  return isPlain
    ? String.fromCharCode(byte)
    : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
})

/** Encodes a piece of text; every kind of line break becomes a hard one. */
export function encodePiece(text: string, { isLast }: { isLast: boolean }) {
  if (text === '') return ''
  const lines = text.split(/\r\n|\r|\n/).map(encodeLine)
  const joined = lines.join('\r\n')
  return isLast || joined.endsWith('\r\n') ? joined : joined + SOFT_BREAK
}

/** Encodes a value that stands between two pieces. Line breaks have been taken out of it before. */
export function encodeValue(text: string) {
  return text === '' ? '' : encodeLine(text) + SOFT_BREAK
}

function encodeLine(line: string) {
  let encoded = ''
  let column = 0
  const bytes = Buffer.from(line)
  for (const [i, byte] of bytes.entries()) {
    const isLast = i === bytes.length - 1
    const isSpaceAtEnd = isLast && (byte === 0x20 || byte === 0x09)
    const sign = isSpaceAtEnd ? `=${byte === 0x20 ? '20' : '09'}` : LITERAL[byte]
    // One column stays free for the "=" of a soft break.
    if (column + sign.length > MAX_LINE - 1) {
      encoded += SOFT_BREAK
      column = 0
    }
    encoded += sign
    column += sign.length
  }
  return encoded
}

/** The text again, with \n between lines. */
export function decode(encoded: string) {
  const bytes = encoded
    .replace(/=\r\n/g, '')
    .replace(/\r\n/g, '\n')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
