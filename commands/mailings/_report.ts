import { columns } from '#commands/_command'
import type { MailingStatusReport, Trouble } from '#delivery/main'

const n = (count: number) => count.toLocaleString('en')

/** What is said of the states that only the ledger has a word for. */
const WORDS: Record<string, string> = { pending: 'waiting', claimed: 'in the hands of a worker' }

/** How far a mailing is, in one sentence: `Sent to 28 of 30; 1 failed, 1 deferred.` */
export function sentence({ id, counts, total, status, statusReason }: MailingStatusReport) {
  const rest = Object.entries(counts)
    .filter(([state, count]) => state !== 'sent' && count > 0)
    .map(([state, count]) => `${n(count)} ${WORDS[state] ?? state}`)
  const reason = statusReason ? ` ${statusReason}` : ''
  const again = (['failed', 'uncertain'] as const).filter((state) => counts[state] > 0)
  const flags = again.map((state) => `--${state}`).join(' ')
  const cure = flags
    ? ` Who and why: mailings:status ${id}; to try them again: mailings:retry ${id} ${flags}.`
    : ''
  return `Sent to ${n(counts.sent)} of ${n(total)}${rest.length > 0 ? `; ${rest.join(', ')}` : ''}. The mailing is ${status}.${reason}${cure}`
}

export function statusLines(report: MailingStatusReport, troubles: Trouble[]) {
  return [
    `${report.subject} (${report.id}), for ${report.list}`,
    sentence(report),
    ...(report.scheduledAt && report.status === 'scheduled'
      ? [`To be sent: ${report.scheduledAt}`]
      : []),
    ...(report.nextAttemptAt ? [`Next attempt: ${report.nextAttemptAt}`] : []),
    ...(troubles.length > 0 ? ['', ...troubleLines(troubles)] : []),
  ]
}

function troubleLines(troubles: Trouble[]) {
  return columns(
    ['address', 'status', 'code', 'reason'],
    troubles.map(({ email, status, code, reason }) => [
      email ?? '(erased)',
      status,
      code === null ? null : String(code),
      reason,
    ])
  )
}
