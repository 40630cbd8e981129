import type { NamedReporterContract } from '@japa/runner/types'

type Branch = { errors?: unknown[]; children?: Branch[]; type?: string }

/** Faults of hooks stand in the tree of failures, yet in no count. */
const hookFaults = (branches: Branch[]): number =>
  branches.reduce(
    (sum, branch) =>
      branch.type === 'test'
        ? sum
        : sum + (branch.errors?.length ?? 0) + hookFaults(branch.children ?? []),
    0
  )

const total = { passed: 0, failed: 0, skipped: 0 }

// The 'runner:end' event is too early for a last line: the spec reporter prints after it.
process.once('exit', (code) => {
  if (code !== 0 && total.failed === 0) total.failed = 1
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`)
})

/** Closes a run with "N passed, N failed"; faults of hooks and imports count as failed. */
export const closing: NamedReporterContract = {
  name: 'closing',
  handler(runner, emitter) {
    emitter.on('runner:end', () => {
      const { aggregates, failureTree } = runner.getSummary()
      total.passed = aggregates.passed
      total.failed = aggregates.failed + hookFaults(failureTree as Branch[])
      total.skipped = aggregates.skipped + aggregates.todo
    })
  },
}
