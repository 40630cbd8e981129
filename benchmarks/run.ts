import { readdirSync } from 'node:fs'
import { printHeader, printTable, type Row } from '#benchmarks/harness/report'

/*
 * npm run bench -- NAME: measures one thing and prints a table. Each file beside this one is a
 * benchmark; its default export gives the rows. A ratio compares with a yardstick of the same run.
 */
export interface Benchmark {
  title: string
  run(): Promise<Row[]>
}

const names = readdirSync(new URL('./', import.meta.url))
  .filter((file) => file.endsWith('.ts') && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length))

const [name] = process.argv.slice(2)
if (!names.includes(name)) {
  process.stderr.write(`Which benchmark? npm run bench -- ${names.join(' | ')}\n`)
  process.exit(1)
}

const { default: benchmark } = (await import(`./${name}.ts`)) as { default: Benchmark }
await printHeader(benchmark.title)
printTable(await benchmark.run())
process.exit()
