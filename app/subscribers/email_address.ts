import { domainToASCII } from 'node:url'
import { AddressError } from './errors.js'

export interface NormalisedAddress {
  /** As given, without the space around it. Mail goes here. */
  address: string
  /** What makes two spellings the same person: unique among subscribers. */
  key: string
}

const MAX_OCTETS = 254
const MAX_LOCAL_OCTETS = 64
// RFC 5322 dot-atom, with the letters beyond ASCII that RFC 6531 adds. Quoted local parts are left out.
const LOCAL_PART = /^[^\s.@"(),:;<>[\]\\\p{C}]+(\.[^\s.@"(),:;<>[\]\\\p{C}]+)*$/u
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * Reads one e-mail address. Dots and plus signs are kept: they belong to the name.
 *
 * @throws AddressError with a sentence that says what is wrong
 */
export function normaliseAddress(input: string): NormalisedAddress {
  const address = input.trim()
  const at = address.lastIndexOf('@')
  if (address === '') throw new AddressError('The address is empty.')
  if (at < 0) throw refused(address, 'it has no @')
  if (Buffer.byteLength(address) > MAX_OCTETS)
    throw refused(address, `it is longer than ${MAX_OCTETS} characters`)

  const local = address.slice(0, at)
  const domain = asciiDomain(address.slice(at + 1))
  if (!LOCAL_PART.test(local) || Buffer.byteLength(local) > MAX_LOCAL_OCTETS)
    throw refused(address, 'the part before the @ is not valid')
  if (!domain) throw refused(address, 'the part after the @ is not a domain')
  return { address, key: `${local.normalize('NFC').toLowerCase()}@${domain}` }
}

/** The address for a page that others may look at: `s•••@example.org`. */
export function maskAddress(address: string) {
  const at = address.lastIndexOf('@')
  const [first = ''] = address.slice(0, Math.max(at, 0))
  return `${at > 1 ? first : ''}•••${address.slice(Math.max(at, 0))}`
}

const known = new Map<string, string | null>()
const MOST_KNOWN = 10_000

/** Most addresses share few domains, and IDNA is the slow part of reading one. */
function asciiDomain(domain: string) {
  let ascii = known.get(domain)
  if (ascii === undefined) {
    ascii = toAsciiDomain(domain)
    if (known.size >= MOST_KNOWN) known.clear()
    known.set(domain, ascii)
  }
  return ascii
}

function toAsciiDomain(domain: string) {
  if (/[\s\p{C}%/\\[\]]/u.test(domain)) return null
  const ascii = domainToASCII(domain)
  const labels = ascii.split('.')
  const isName = labels.length > 1 && labels.every((label) => LABEL.test(label))
  return isName && !/^\d+$/.test(labels.at(-1)!) && ascii.length <= 253 ? ascii : null
}

function refused(address: string, reason: string) {
  const line = address.replace(/\p{C}+/gu, ' ')
  const shown = line.length > 80 ? `${line.slice(0, 79)}…` : line
  return new AddressError(`"${shown}" is not an e-mail address: ${reason}.`)
}
