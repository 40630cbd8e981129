import { args } from '@adonisjs/core/ace'
import { Command, columns } from '#commands/_command'
import type { SubscriberDescription } from '#subscribers/main'

export default class SubscribersShow extends Command {
  static commandName = 'subscribers:show'
  static description = 'Show everything that is kept of one person'

  @args.string({ description: 'The address' })
  declare email: string

  async run() {
    const { describeSubscriber } = await import('#subscribers/main')
    const person = await describeSubscriber(this.email)
    this.print(person, lines(person))
  }
}

function lines(person: SubscriberDescription) {
  return [
    `${person.email}  ${person.name ?? ''}`.trim(),
    `id ${person.id}, since ${person.createdAt}, language ${person.language ?? 'of the list'}`,
    ...(person.pausedUntil ? [`paused until ${person.pausedUntil}`] : []),
    ...(person.weeklyLimit ? [`at most ${person.weeklyLimit} mails a week`] : []),
    ...Object.entries(person.attributes).map(([name, value]) => `${name}: ${value}`),
    ...section('Subscriptions', person.subscriptions, (one) => [
      one.list,
      one.status,
      one.topics.join(', ') || null,
      one.leftAt ?? one.joinedAt,
    ]),
    ...section('Suppressed', person.suppressions, (one) => [one.at, one.reason, one.scope]),
    ...section('Consent', person.consents, (one) => [one.at, one.event, one.list, one.source]),
    ...section('Mailings', person.deliveries, (one) => [one.at, one.status, one.subject]),
    ...section('Links used', person.linkUses, (one) => [
      one.at.toISOString(),
      one.outcome,
      one.scope,
      one.path,
    ]),
  ]
}

function section<Row>(title: string, rows: Row[], cells: (row: Row) => (string | null)[]) {
  if (rows.length === 0) return []
  const [, ...table] = columns(
    cells(rows[0]).map(() => ''),
    rows.map(cells)
  )
  return ['', title, ...table.map((line) => `  ${line}`)]
}
