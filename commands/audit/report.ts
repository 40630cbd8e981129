import { flags } from '@adonisjs/core/ace'
import { filterOf } from '#commands/_audit'
import { columns, Command } from '#commands/_command'
import Mailing from '#models/mailing'
import { countUnusedLinks, countUses, type UseFilter } from '#request_tokens/main'

interface Count {
  count: number
  [by: string]: string | number | null
}

export default class AuditReport extends Command {
  static commandName = 'audit:report'
  static description = 'Count what was done with links: by outcome, scope, mailing and day'
  static help = [
    'Also: who left through which mailing, and how many links were looked at',
    'and never used, as scanners of mail do.',
    '',
    'Example:',
    '{{ binaryName }} audit:report --since 30d',
  ]

  @flags.string({ description: 'Only from this time on: 2026-11-24T09:00:00Z, or 30d' })
  declare since: string

  @flags.string({ description: 'Only links of the mailing with this id' })
  declare mailing: string

  async run() {
    const filter = await filterOf({ since: this.since, mailing: this.mailing })
    const report = await makeReport(filter)
    this.print(report, [
      ...section('By outcome', ['outcome'], report.byOutcome),
      ...section('By scope', ['scope'], report.byScope),
      ...section('By mailing', ['mailing', 'subject'], report.byMailing),
      ...section('By day (UTC)', ['day'], report.byDay),
      ...section('Left through', ['mailing', 'subject'], report.leftThrough),
      ...section('Looked at and never used', ['scope'], report.neverUsed, 'links'),
    ])
  }
}

async function makeReport(filter: UseFilter) {
  const [byOutcome, byScope, byMailing, byDay, leftThrough, neverUsed] = await Promise.all([
    countUses(filter, ['outcome']),
    countUses(filter, ['scope']),
    countUses(filter, ['mailing']),
    countUses(filter, ['day']),
    countUses({ ...filter, scope: 'unsubscribe', outcome: 'used' }, ['mailing']),
    countUnusedLinks(filter),
  ])
  const subjects = await subjectsOf(byMailing)
  const named = (counts: Count[]) =>
    counts.map(({ mailing, count }) => ({ mailing, subject: subjects.get(mailing) ?? null, count }))
  return {
    byOutcome,
    byScope,
    byMailing: named(byMailing),
    byDay: byDay.sort((a, b) => String(b.day).localeCompare(String(a.day))),
    leftThrough: named(leftThrough),
    neverUsed,
  }
}

async function subjectsOf(counts: Count[]) {
  const ids = counts.map(({ mailing }) => mailing).filter((id) => id !== null)
  const mailings = await Mailing.query().whereIn('publicId', ids).select('publicId', 'subject')
  return new Map<unknown, string>(mailings.map(({ publicId, subject }) => [publicId, subject]))
}

function section(title: string, by: string[], counts: Count[], unit = 'times') {
  const rows = counts.map((row) => [...by.map((name) => row[name]), row.count])
  const lines = rows.length > 0 ? columns([...by, unit], rows) : ['none']
  return [title, ...lines.map((line) => `  ${line}`), '']
}
