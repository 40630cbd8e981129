import db from '@adonisjs/lucid/services/db'
import { normaliseAddress } from '../email_address.js'
import { SubscriberError } from '../errors.js'
import { addressHash } from '../address_hash.js'
import { rearm } from '../formulas.js'
import { suppressHash, SUPPRESSION_REASONS, type SuppressionReason } from '../suppressions.js'
import { assignColumns } from './columns.js'
import { openCsv, readRows } from './csv_file.js'

const MOST_FAULTS_TOLD = 20

export interface SuppressionReport {
  rows: number
  suppressed: number
  rejected: number
  /** The first of those that were rejected. */
  faults: { line: number; reason: string }[]
}

/**
 * Suppresses the addresses of a CSV file. A column `reason` may give each its own.
 *
 * @param options.scope public id of the one list that it is about. @default every list
 */
export async function importSuppressions(
  file: string,
  options: { reason?: SuppressionReason; scope?: string } = {}
): Promise<SuppressionReport> {
  const csv = await openCsv(file)
  const { fields } = assignColumns(csv.header)
  const reasonColumn = csv.header.findIndex((name) => name.toLowerCase() === 'reason')
  const report: SuppressionReport = { rows: 0, suppressed: 0, rejected: 0, faults: [] }
  let isHeader = true
  for await (const batch of readRows(csv)) {
    const entries = (isHeader ? batch.slice(1) : batch).flatMap(({ line, cells }) => {
      report.rows++
      try {
        const { key } = normaliseAddress(rearm(cells[fields.email] ?? ''))
        const reason = knownReason(cells[reasonColumn]) ?? options.reason
        return [{ hash: addressHash(key), reason }]
      } catch (error) {
        if (!(error instanceof SubscriberError)) throw error
        report.rejected++
        if (report.faults.length < MOST_FAULTS_TOLD)
          report.faults.push({ line, reason: error.message })
        return []
      }
    })
    isHeader = false
    await db.connection('worker').transaction(async (client) => {
      for (const { hash, reason } of entries)
        await suppressHash(hash, { reason, scope: options.scope }, client)
    })
    report.suppressed += entries.length
  }
  return report
}

function knownReason(cell: string | undefined) {
  const name = cell?.trim().toLowerCase()
  if (!name) return null
  const reason = SUPPRESSION_REASONS.find((one) => one === name)
  if (reason) return reason
  throw new SubscriberError(`There is no reason "${name}". Use ${SUPPRESSION_REASONS.join(', ')}.`)
}
