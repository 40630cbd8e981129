import type { IncomingMessage } from 'node:http'

/** What is unusual about a body; null for one that is as it should be. */
export type BodyFault = 'empty' | 'broken' | 'large' | 'odd' | null

export interface FormBody {
  /** A field that came several times is an array. */
  fields: Record<string, unknown>
  fault: BodyFault
}

const MAX_BYTES = 64 * 1024
const MAX_DISCARDED_BYTES = 4 * 1024 * 1024
const MAX_FIELDS = 200

/**
 * Reads a small form and never refuses one: whoever holds a good link must not be turned away because
 * of what surrounds it. RFC 8058's own sample of a multipart body (section 8.3) is malformed.
 */
export async function readFormBody(request: IncomingMessage): Promise<FormBody> {
  const { bytes, isWhole } = await collect(request)
  if (!isWhole) return { fields: {}, fault: bytes.length > MAX_BYTES ? 'large' : 'broken' }
  if (bytes.length === 0) return { fields: {}, fault: 'empty' }
  if (request.headers['content-encoding']) return { fields: {}, fault: 'odd' }
  return parseForm(bytes.toString('utf8'), request.headers['content-type'] ?? '')
}

/** The fields of a text, as far as they can be made out. */
export function parseForm(text: string, contentType: string): FormBody {
  const type = contentType.split(';')[0].trim().toLowerCase()
  if (type === 'multipart/form-data') return parseMultipart(text, contentType)
  if (type === 'application/json') return parseJson(text)
  const isUsual = type === 'application/x-www-form-urlencoded'
  return formBody([...new URLSearchParams(text)], isUsual ? null : 'odd')
}

/** At most a little more than allowed is kept; the rest is let through, so that the answer is heard. */
function collect(request: IncomingMessage) {
  return new Promise<{ bytes: Buffer; isWhole: boolean }>((resolve) => {
    const parts: Buffer[] = []
    let kept = 0
    let discarded = 0
    const finish = (isWhole: boolean) =>
      resolve({ bytes: Buffer.concat(parts), isWhole: isWhole && kept <= MAX_BYTES })
    request.on('data', (part: Buffer) => {
      if (kept > MAX_BYTES) discarded += part.length
      else {
        parts.push(part)
        kept += part.length
      }
      if (discarded > MAX_DISCARDED_BYTES) finish(false)
    })
    request.once('end', () => finish(true))
    request.once('error', () => finish(false))
    request.once('close', () => finish(false))
  })
}

function parseJson(text: string): FormBody {
  try {
    const value = JSON.parse(text) as unknown
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return formBody(Object.entries(value), null)
  } catch {}
  return { fields: {}, fault: 'broken' }
}

function parseMultipart(text: string, contentType: string): FormBody {
  const [, quoted, plain] = contentType.match(/boundary=(?:"([^"]+)"|([^\s;]+))/i) ?? []
  const boundary = quoted ?? plain ?? ''
  const isUsual = boundary !== '' && text.includes(`--${boundary}`)
  const parts = boundary ? text.split(isUsual ? `--${boundary}` : boundary) : []
  const isClosed = parts.length > 1 && parts.at(-1)!.startsWith('--')
  const pairs = parts.map(fieldOf).filter((pair) => pair !== null)
  return formBody(pairs, isUsual && isClosed ? null : 'broken')
}

/** One field; null for a file, and for what is no part. */
function fieldOf(part: string): [string, string] | null {
  const gap = /\r?\n\r?\n/.exec(part)
  if (!gap) return null
  const headers = part.slice(0, gap.index)
  const name = headers.match(/;\s*name="?([^"\r\n;]+)"?/i)?.[1]
  if (!name || /;\s*filename/i.test(headers)) return null
  return [name, part.slice(gap.index + gap[0].length).replace(/\r?\n$/, '')]
}

function formBody(pairs: [string, unknown][], fault: BodyFault): FormBody {
  const fields: Record<string, unknown> = {}
  for (const [name, value] of pairs.slice(0, MAX_FIELDS)) {
    if (name === '__proto__') continue
    fields[name] = Object.hasOwn(fields, name) ? [fields[name], value].flat() : value
  }
  return { fields, fault: fault ?? (pairs.length === 0 ? 'broken' : null) }
}
