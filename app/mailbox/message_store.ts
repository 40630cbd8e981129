import { mkdir, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { simpleParser, type AddressObject, type ParsedMail } from 'mailparser'

/** A message in a list of messages. */
export interface MessageSummary {
  id: string
  at: Date
  from: string
  to: string
  subject: string
}

export interface StoredMessage extends MessageSummary {
  /** Whom the sending server named: may differ from the header. */
  envelope: Envelope
  headers: { name: string; value: string }[]
  text: string
  /** As it came: show it in a sandbox only. */
  html: string | null
  raw: Buffer
}

export interface Envelope {
  from: string
  to: string[]
}

const ID = /^[0-9a-z]{9}-[0-9a-z]{5}$/
const FILE_END = '.eml'
const MOST_KEPT = 2_000
const HEADER_BYTES = 64 * 1024

let counter = 0

/** Messages in a folder, one file each, as a mail server delivers them. */
export class MessageStore {
  #sinceTidying = 0

  private constructor(readonly directory: string) {}

  static async open(directory: string) {
    await mkdir(directory, { recursive: true })
    return new MessageStore(directory)
  }

  /** Keeps a message. The envelope goes into the headers that RFC 5321 section 4.4 has for it. */
  async add(message: Buffer, envelope: Envelope): Promise<string> {
    const id = `${Date.now().toString(36).padStart(9, '0')}-${(counter++ % 36 ** 5).toString(36).padStart(5, '0')}`
    const trace = `Return-Path: <${envelope.from}>\r\nDelivered-To: ${envelope.to.join(', ')}\r\n`
    const file = this.#file(id)
    await writeFile(`${file}.part`, Buffer.concat([Buffer.from(trace), message]))
    await rename(`${file}.part`, file)
    if (++this.#sinceTidying >= MOST_KEPT / 10) await this.#tidy()
    return id
  }

  /** Newest first. */
  async list(limit = 100): Promise<MessageSummary[]> {
    const ids = await this.#ids()
    return Promise.all(ids.slice(0, limit).map((id) => this.#summary(id)))
  }

  async count() {
    const ids = await this.#ids()
    return ids.length
  }

  async find(id: string): Promise<StoredMessage | null> {
    const raw = ID.test(id) ? await readFile(this.#file(id)).catch(() => null) : null
    if (!raw) return null
    const mail = await simpleParser(raw, { skipImageLinks: true, skipTextToHtml: true })
    return {
      ...summaryOf(id, mail),
      envelope: envelopeIn(mail),
      headers: mail.headerLines.map(({ line }) => fieldOf(line)),
      text: mail.text ?? '',
      html: mail.html || null,
      raw,
    }
  }

  /** Every message, newest first, parsed. */
  async messages(limit = 100): Promise<StoredMessage[]> {
    const ids = await this.#ids()
    const found = await Promise.all(ids.slice(0, limit).map((id) => this.find(id)))
    return found.filter((message) => message !== null)
  }

  async empty() {
    await this.#remove(await this.#ids())
  }

  async #summary(id: string) {
    return summaryOf(id, await simpleParser(await readHead(this.#file(id))))
  }

  async #ids() {
    const names = await readdir(this.directory)
    return names
      .filter((name) => name.endsWith(FILE_END))
      .map((name) => name.slice(0, -FILE_END.length))
      .filter((id) => ID.test(id))
      .sort()
      .reverse()
  }

  async #tidy() {
    this.#sinceTidying = 0
    const ids = await this.#ids()
    await this.#remove(ids.slice(MOST_KEPT))
  }

  async #remove(ids: string[]) {
    await Promise.all(ids.map((id) => rm(this.#file(id), { force: true })))
  }

  #file(id: string) {
    return join(this.directory, `${id}${FILE_END}`)
  }
}

/** A file up to the end of its header. */
async function readHead(path: string) {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0)
    const end = buffer.indexOf('\r\n\r\n')
    return buffer.subarray(0, end < 0 ? bytesRead : end + 4)
  } finally {
    await file.close()
  }
}

function summaryOf(id: string, mail: ParsedMail): MessageSummary {
  return {
    id,
    at: new Date(Number.parseInt(id.slice(0, 9), 36)),
    from: addressText(mail.from),
    to: addressText(mail.to),
    subject: mail.subject ?? '',
  }
}

function envelopeIn(mail: ParsedMail): Envelope {
  const value = (name: string) => {
    const found = mail.headerLines.find(({ key }) => key === name)
    return found ? fieldOf(found.line).value : ''
  }
  return {
    from: value('return-path').replace(/^<|>$/g, ''),
    to: value('delivered-to').split(', ').filter(Boolean),
  }
}

function addressText(field: AddressObject | AddressObject[] | undefined) {
  const objects = Array.isArray(field) ? field : field ? [field] : []
  return objects
    .flatMap(({ value }) => value)
    .map(({ name, address }) => (name ? `${name} <${address}>` : (address ?? '')))
    .join(', ')
}

function fieldOf(line: string) {
  const at = line.indexOf(':')
  return { name: line.slice(0, at), value: line.slice(at + 1).trim() }
}
