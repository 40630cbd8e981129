import deliveryConfig from '#config/delivery'
import { makeList, makeMailing, makeSubscriber, type MailingState } from '#database/factories/main'
import Delivery from '#models/delivery'
import type Mailing from '#models/mailing'
import { startSink, type SinkOptions } from '#tests/smtp_sink'

type Cleanup = (undo: () => Promise<void> | void) => void

/** A mail server that records; what is sent goes there until the test ends. */
export async function openSink(cleanup: Cleanup, options: SinkOptions = {}) {
  const sink = await startSink(options)
  const usual = deliveryConfig.smtpUrl
  deliveryConfig.smtpUrl = sink.url
  cleanup(() => {
    deliveryConfig.smtpUrl = usual
    return sink.stop()
  })
  return sink
}

/** A list with so many people, and a mailing for it. */
export async function makePost(people: number, state: Omit<MailingState, 'list'> = {}) {
  const list = await makeList()
  const subscribers = []
  for (let i = 1; i <= people; i++)
    subscribers.push(
      await makeSubscriber({ list, email: `person${i}@example.org`, name: `Person ${i}` })
    )
  const mailing = await makeMailing({ list, ...state })
  return { list, subscribers, mailing, id: mailing.publicId }
}

/** The ledger row of an address. */
export async function rowOf(mailing: Mailing, email: string) {
  return Delivery.query()
    .where('mailing_id', mailing.id)
    .whereHas('subscriber', (subscriber) => subscriber.where('email', email))
    .firstOrFail()
}
