import ace from '@adonisjs/core/services/ace'

export interface Ran {
  exitCode: number
  /** Standard output: results. */
  out: string
  /** Standard error: all talk. */
  talk: string
  /** The one JSON document of `--json`. */
  json(): any
}

/** Runs a command in this process. */
export async function run(command: string, ...argv: string[]): Promise<Ran> {
  ace.ui.switchMode('raw')
  const ran = await ace.exec(command, argv)
  const logs = ran.ui.logger.getLogs()
  const on = (stream: string) =>
    logs
      .filter((log) => log.stream === stream)
      .map(({ message }) => message)
      .join('\n')
  const out = on('stdout')
  return { exitCode: ran.exitCode!, out, talk: on('stderr'), json: () => JSON.parse(out) }
}
