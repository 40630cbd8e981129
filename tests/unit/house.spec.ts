import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join, relative } from 'node:path'
import { test } from '@japa/runner'
import { ESLint } from 'eslint'
import { engines, strangersIn } from '#tests/house'

const root = fileURLToPath(new URL('../../', import.meta.url))
const app = join(root, 'app')
const present = readdirSync(app)

function strangersBelow(room: string) {
  return readdirSync(join(app, room), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(app, join(entry.parentPath, entry.name)))
    .flatMap((file) =>
      strangersIn(file, readFileSync(join(app, file), 'utf8')).map((name) => `${file}: ${name}`)
    )
}

test.group('House | the way of the data', () => {
  test('app/{$self} imports only what lies below it')
    .with(present)
    .run(({ assert }, room) => {
      assert.deepEqual(strangersBelow(room), [])
    })

  test('every engine has its door', ({ assert }) => {
    for (const engine of engines.filter((name) => present.includes(name)))
      assert.include(readdirSync(join(app, engine)), 'main.ts', engine)
  })

  test('there is no room for leftovers', ({ assert }) => {
    for (const room of ['services', 'utils', 'helpers', 'common', 'lib'])
      assert.notInclude(present, room)
  })
})

test.group('House | the rule itself', () => {
  test('{file} may not say: {line}')
    .with([
      { file: 'request_tokens/x.ts', line: "import List from '#models/list'" },
      { file: 'request_tokens/x.ts', line: "import env from '#start/env'" },
      { file: 'request_tokens/x.ts', line: "export { a } from '../subscribers/main.js'" },
      { file: 'request_tokens/deep/x.ts', line: "import '../../models/list.js'" },
      { file: 'subscribers/x.ts', line: "import { sendMailing } from '#delivery/main'" },
      { file: 'subscribers/x.ts', line: "const x = await import('#controllers/public/y')" },
      { file: 'mailings/x.ts', line: "import '#jobs/send'" },
      { file: 'delivery/x.ts', line: 'import Send from "#commands/mailings/send"' },
      { file: 'mailbox/x.ts', line: "import type List from '#models/list'" },
      { file: 'models/x.ts', line: "import { leaveList } from '#subscribers/main'" },
      { file: 'controllers/x.ts', line: "import Send from '#commands/mailings/send'" },
    ])
    .run(({ assert }, { file, line }) => {
      assert.lengthOf(strangersIn(file, `// a file\n${line}\n`), 1)
    })

  test('{file} may say: {line}')
    .with([
      { file: 'request_tokens/deep/x.ts', line: "import type { Claims } from '../types.js'" },
      { file: 'subscribers/x.ts', line: "import { mint } from '#request_tokens/main'" },
      { file: 'subscribers/x.ts', line: "import env from '#start/env'" },
      { file: 'delivery/x.ts', line: "import { compileMailing } from '#mailings/main'" },
      { file: 'controllers/x.ts', line: "import { leaveList } from '#subscribers/main'" },
    ])
    .run(({ assert }, { file, line }) => {
      assert.deepEqual(strangersIn(file, line), [])
    })

  test('lint refuses to enter an engine past its door', async ({ assert }) => {
    const eslint = new ESLint({ cwd: root })
    const rulesAgainst = async (line: string) => {
      const [result] = await eslint.lintText(`${line}\n`, { filePath: 'commands/bench.ts' })
      return result.messages.map(({ ruleId }) => ruleId)
    }

    assert.include(
      await rulesAgainst("export { leave } from '#subscribers/leaving'"),
      'no-restricted-imports'
    )
    assert.notInclude(
      await rulesAgainst("export { leave } from '#subscribers/main'"),
      'no-restricted-imports'
    )
  })
})
