import type List from '#models/list'
import Mailing, { type MailingStatus } from '#models/mailing'

export interface MailingState {
  list: List
  subject?: string
  body?: string
  bodyFormat?: 'markdown' | 'html'
  textBody?: string
  /** @default 'draft' */
  status?: MailingStatus
}

/** A mailing as it stands in the table, past all checks. */
export async function makeMailing({ list, ...state }: MailingState): Promise<Mailing> {
  const mailing = await Mailing.create({
    subject: 'Bulbs for spring',
    body: 'Dear {{ subscriber.name }}, now is the time to plant bulbs.',
    bodyFormat: 'markdown',
    status: 'draft',
    ...state,
    listId: list.id,
  })
  return mailing.refresh()
}
