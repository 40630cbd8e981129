import { hostname } from 'node:os'
import { randomBytes } from 'node:crypto'
import db from '@adonisjs/lucid/services/db'
import deliveryConfig from '#config/delivery'
import type Mailing from '#models/mailing'
import { compileMailing, renderFor, type CompiledMailing, type Message } from '#mailings/main'
import { Feed, type Item } from './feed.js'
import { Ledger } from './ledger.js'
import type { Outcome } from './outcome.js'
import { SmtpLine } from './smtp_line.js'
import { smtpRoute, type SmtpRoute } from './smtp_route.js'
import { Trouble } from './trouble.js'

export interface DeliverOptions {
  /** Stops: what is in flight is finished, nothing else is begun. */
  signal?: AbortSignal
  /** How long a mail server may be away before this gives up, in milliseconds. @default for ever */
  patience?: number
  /** Called after each message, with what the mail server is silent for, if it is. */
  onProgress?(progress: { handed: number; trouble: string | null }): void
  /** Called when the mail server goes away, with what it said, and with null when it is back. */
  onTrouble?(reason: string | null): void
  route?: SmtpRoute
  leaseMs?: number
}

export interface DeliverResult {
  /** Messages that the server took. */
  handed: number
  /** Why it gave up; null when all that was due is done. */
  gaveUp: string | null
}

const WORKER = `${hostname().slice(0, 30)}-${process.pid}`

/** Sends what is due of one mailing, over several connections. Correct when many workers do it at once. */
export async function deliverMailing(
  mailing: Mailing,
  options: DeliverOptions = {}
): Promise<DeliverResult> {
  if (!mailing.$preloaded.list) await mailing.load('list')
  const run = new Run(mailing, await compileMailing(mailing), options)
  return run.finish()
}

class Run {
  readonly #ledger: Ledger
  readonly #feed: Feed
  readonly #trouble = new Trouble()
  readonly #stop = new AbortController()
  readonly #route: SmtpRoute
  #handed = 0
  #gaveUp: string | null = null

  constructor(
    readonly mailing: Mailing,
    readonly compiled: CompiledMailing,
    readonly options: DeliverOptions
  ) {
    this.#route = options.route ?? smtpRoute(deliveryConfig.smtpUrl)
    this.#ledger = new Ledger(db.connection('worker'), {
      mailingId: mailing.id,
      listId: mailing.listId,
      listPublicId: mailing.list.publicId,
      worker: `${WORKER}-${randomBytes(4).toString('hex')}`,
      leaseMs: options.leaseMs ?? deliveryConfig.leaseSeconds * 1000,
    })
    this.#feed = new Feed(this.#ledger, compiled, deliveryConfig.batchSize)
  }

  async finish(): Promise<DeliverResult> {
    const stop = () => this.#stop.abort()
    this.options.signal?.addEventListener('abort', stop)
    if (this.options.signal?.aborted) stop()
    try {
      const lanes = Array.from({ length: deliveryConfig.connections }, () => this.#lane())
      const ends = await Promise.allSettled(lanes)
      for (const end of ends) if (end.status === 'rejected') throw end.reason
    } finally {
      this.options.signal?.removeEventListener('abort', stop)
      await this.#feed.close()
      await this.#ledger.close()
    }
    return { handed: this.#handed, gaveUp: this.#gaveUp }
  }

  get #isStopped() {
    return this.#stop.signal.aborted
  }

  async #lane() {
    const line = new SmtpLine(this.#route)
    try {
      while (!this.#isStopped) {
        await this.#trouble.wait(this.#stop.signal)
        const item = this.#isStopped ? null : await this.#feed.next()
        if (!item) break
        await this.#deliver(item, line)
      }
    } catch (error) {
      this.#stop.abort()
      throw error
    } finally {
      line.quit()
    }
  }

  async #deliver(item: Item, line: SmtpLine) {
    const message = this.#render(item)
    if (!message) return
    const fault = await line.open()
    if (fault) {
      this.#feed.putBack(item)
      return this.#react(fault)
    }
    if (!(await this.#ledger.begin(item.held, message.messageId))) return
    const outcome = await line.send(message)
    this.#ledger.settle(item.held, outcome)
    await this.#react(outcome)
  }

  /** A message that cannot be made is a failure of its own, not of the run. */
  #render({ held, links }: Item): Message | null {
    try {
      return renderFor(this.compiled, held.recipient, links)
    } catch (error) {
      const { message: text } = error as Error
      this.#ledger.settle(held, { kind: 'failed', reply: { code: null, status: null, text } })
      return null
    }
  }

  async #react({ kind, reply }: Outcome) {
    if (kind === 'sent') this.#handed++
    if (kind === 'refused') await this.#halt(reply.text)
    else if (kind === 'unreachable' || kind === 'broken') await this.#suffer(reply.text)
    else await this.#recover()
    this.options.onProgress?.({ handed: this.#handed, trouble: this.#trouble.reason })
  }

  async #recover() {
    if (!this.#trouble.reason) return
    this.#trouble.clear()
    await this.#tell(null)
  }

  /** Where staff look: in the status of the mailing, and in the log. */
  async #tell(reason: string | null) {
    await db
      .connection('worker')
      .from('mailings')
      .where({ id: this.mailing.id, status: 'sending' })
      .update({ status_reason: reason?.slice(0, 500) ?? null })
    this.options.onTrouble?.(reason)
  }

  async #suffer(text: string) {
    const isNew = !this.#trouble.reason
    this.#trouble.grow(text)
    if (isNew)
      await this.#tell(`The mail server ${this.#route.name} is away: ${text}. It is tried again.`)
    await this.mailing.refresh()
    if (this.mailing.status !== 'sending') return this.#stop.abort() // paused or cancelled meanwhile
    const { patience } = this.options
    if (patience === undefined || this.#trouble.lasting < patience) return
    this.#gaveUp = `The mail server ${this.#route.name} cannot be reached: ${text}.`
    this.#stop.abort()
  }

  /** Every other message would be refused too: a person has to look. */
  async #halt(text: string) {
    this.#stop.abort()
    const reason = `The mail server ${this.#route.name} refuses our messages: ${text}`
    await db
      .connection('worker')
      .from('mailings')
      .where({ id: this.mailing.id, status: 'sending' })
      .update({ status: 'halted', status_reason: reason.slice(0, 500) })
  }
}
