/** What an attempt to hand over one message came to. */
export type Outcome =
  | { kind: 'sent'; reply: Reply }
  /** The server says later, for this recipient. */
  | { kind: 'deferred'; reply: Reply }
  /** The server says no, for this recipient. */
  | { kind: 'failed'; reply: Reply }
  /** The connection was lost between the end of the message and the answer. */
  | { kind: 'uncertain'; reply: Reply }
  /** The server is away or says to go away: no recipient's fault, and nothing was handed over. */
  | { kind: 'unreachable'; reply: Reply }
  /** The server hung up before it had the whole message. */
  | { kind: 'broken'; reply: Reply }
  /** The server refuses us, whoever the recipient is. */
  | { kind: 'refused'; reply: Reply }

/** What the server said: code and enhanced status (RFC 3463) where it gave any. */
export interface Reply {
  code: number | null
  status: string | null
  text: string
}

/** How far a message had come when something went wrong. */
export interface Progress {
  /** The line was open and the message begun. */
  isBegun: boolean
  /** Its last byte, the final dot, has been written. */
  isComplete: boolean
}

/** An error of nodemailer's SMTP client. */
export interface SmtpError extends Error {
  code?: string
  command?: string
  response?: string
  responseCode?: number
}

/** What is said to any other command, MAIL FROM too, is said to us. */
const OF_RECIPIENT = ['RCPT TO', 'DATA']

/** RFC 5321 section 4.2.1: the first digit decides; who is meant depends on the command. */
export function outcomeOf(error: SmtpError, progress: Progress): Outcome {
  const reply = replyOf(error)
  const { code } = reply
  if (code === null) return { kind: withoutReply(error, progress), reply }
  if (code === 421) return { kind: 'unreachable', reply }
  if (!OF_RECIPIENT.includes(error.command ?? ''))
    return { kind: code < 500 && error.code !== 'EAUTH' ? 'unreachable' : 'refused', reply }
  return { kind: code < 500 || isTooMany(error, reply) ? 'deferred' : 'failed', reply }
}

function withoutReply(error: SmtpError, { isBegun, isComplete }: Progress): Outcome['kind'] {
  if (isComplete) return 'uncertain'
  if (error.code === 'EENVELOPE' || error.code === 'EMESSAGE') return 'failed'
  if (error.code === 'EAUTH' || error.code === 'ETLS') return 'refused'
  return isBegun ? 'broken' : 'unreachable'
}

/** RFC 5321 section 4.5.3.1.10: 552 for too many recipients is to be read as 452. */
const isTooMany = (error: SmtpError, { code, text }: Reply) =>
  code === 552 && error.command === 'RCPT TO' && /too many recipients/i.test(text)

const REASON_LENGTH = 500

/** To us the client's own words count too: they say at which step it was. */
export function replyOf({ response, message, responseCode, command }: SmtpError): Reply {
  const isOfRecipient = OF_RECIPIENT.includes(command ?? '')
  const text = (isOfRecipient && response) || message
  return {
    code: responseCode ?? null,
    status: response?.match(/^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/)?.[1] ?? null,
    text: text
      .replace(/\p{Cc}+/gu, ' ')
      .trim()
      .slice(0, REASON_LENGTH),
  }
}
