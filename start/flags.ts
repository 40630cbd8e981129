import { parseArgs } from 'node:util'

/** What `bin/start.js` was told: `--migrate` brings the database up to date, `--work` sends too. */
export interface StartFlags {
  migrate: boolean
  work: boolean
}

/** @throws TypeError that names a flag which there is not */
export function startFlags(args = process.argv.slice(2)): StartFlags {
  const { values } = parseArgs({
    args,
    options: {
      migrate: { type: 'boolean', default: false },
      work: { type: 'boolean', default: false },
    },
  })
  return { migrate: values.migrate, work: values.work }
}
