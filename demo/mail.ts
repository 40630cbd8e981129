import { MessageStore, type StoredMessage } from '#mailbox/main'

/** What a mail program makes of a message of the demo. */
export interface Letter {
  to: string
  subject: string
  /** The URL of `List-Unsubscribe`, for one click (RFC 8058). */
  oneClick: string
  /** Every link in the text part. */
  links: string[]
}

export async function readLetters(directory: string): Promise<Letter[]> {
  const store = await MessageStore.open(directory)
  const summaries = await store.list(1000)
  const messages = await Promise.all(summaries.map(({ id }) => store.find(id)))
  return messages.filter((message) => message !== null).map(letterOf)
}

function letterOf(message: StoredMessage): Letter {
  const field = message.headers.find(({ name }) => name.toLowerCase() === 'list-unsubscribe')
  return {
    to: /<([^>]+)>$/.exec(message.to)?.[1] ?? message.to,
    subject: message.subject,
    oneClick: /<(http[^>]+)>/.exec(field?.value ?? '')![1],
    links: [...new Set(message.text.match(/https?:\/\/[^\s<>\]]+/g))],
  }
}

/** The link of a letter that opens a path. */
export function linkTo(letter: Letter, path: string) {
  return letter.links.find((link) => new URL(link).pathname === path)!
}
