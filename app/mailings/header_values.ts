import { domainToASCII } from 'node:url'
import { HeaderError } from './errors.js'

const LINE = 76
/** 75 characters with `=?UTF-8?B?` and `?=` around; base64 makes 4 of 3 bytes. */
const WORD_BYTES = 45
const ATOM_PHRASE = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]+$/

/**
 * Refuses what would start another line or header (RFC 5322 section 2.2).
 *
 * @throws HeaderError that names the field
 */
export function oneLine(value: string, field: string) {
  if (/\p{Cc}/u.test(value))
    throw new HeaderError(
      `${field} holds a line break or another control character. Write it on one line.`
    )
  return value
}

/** Free text of a header such as Subject: folded, and encoded where it is not ASCII (RFC 2047). */
export function encodeText(text: string, startsAt: number) {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes('=?')) return foldWords(text, startsAt)
  return encodedWords(text).join('\r\n ')
}

/** A display name before an address. */
export function encodePhrase(text: string) {
  if (!/^[\x20-\x7e]*$/.test(text) || text.includes('=?')) return encodedWords(text).join('\r\n ')
  if (ATOM_PHRASE.test(text) && text.trim() === text) return text
  return `"${text.replace(/(["\\])/g, '\\$1')}"`
}

export interface Mailbox {
  name: string | null
  address: string
}

/** One mailbox of a header such as To. The address stands on a line of its own where it is long. */
export function encodeMailbox({ name, address }: Mailbox, startsAt: number) {
  if (!name) return address.length + startsAt > LINE ? `\r\n <${address}>` : `<${address}>`
  const phrase = encodePhrase(name)
  const last = phrase.slice(phrase.lastIndexOf('\n') + 1)
  const column = last.length + (last === phrase ? startsAt : 0)
  return `${phrase}${column + address.length + 3 > LINE ? '\r\n' : ''} <${address}>`
}

/** The address as it goes to a server: a domain beyond ASCII as A-labels (RFC 5891). */
export function wireAddress(address: string) {
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1)
  return /^[\x21-\x7e]+$/.test(domain)
    ? address
    : `${address.slice(0, at)}@${domainToASCII(domain)}`
}

/** `Garden News <news@example.org>`, or the address alone. */
export function parseMailbox(text: string): Mailbox {
  const match = text.match(/^\s*"?([^"<]*?)"?\s*<([^<>]+)>\s*$/)
  return match
    ? { name: match[1] || null, address: match[2].trim() }
    : { name: null, address: text.trim() }
}

const segmenter = new Intl.Segmenter()

/** Cut between characters, never within one. */
function encodedWords(text: string) {
  const words: string[] = []
  let word = ''
  for (const { segment } of segmenter.segment(text)) {
    for (const part of Buffer.byteLength(segment) > WORD_BYTES ? segment : [segment]) {
      if (Buffer.byteLength(word + part) > WORD_BYTES) {
        words.push(word)
        word = ''
      }
      word += part
    }
  }
  words.push(word)
  return words.map((one) => `=?UTF-8?B?${Buffer.from(one).toString('base64')}?=`)
}

function foldWords(text: string, startsAt: number) {
  let column = startsAt
  return text
    .split(/(?<=\S)(?= )/)
    .map((word) => {
      const folds = column + word.length > LINE && column > startsAt && /^ +\S/.test(word)
      column = folds ? word.length : column + word.length
      return folds ? `\r\n${word}` : word
    })
    .join('')
}
