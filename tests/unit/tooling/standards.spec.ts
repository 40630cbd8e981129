import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from '@japa/runner'
import { readStandards, readTests, readTree, report } from '#tests/standards'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const standards = readStandards(readFileSync(`${root}docs/standards.md`, 'utf8'))

const spec = (title: string) => `${'test'}('${title}', async ({ client }) => {})`

test.group('Standards | the list', () => {
  test('docs/standards.md has each ID once, in eleven sections', ({ assert }) => {
    const ids = standards.map(({ id }) => id)

    assert.lengthOf(ids, new Set(ids).size)
    assert.lengthOf(new Set(standards.map(({ section }) => section)), 11)
    assert.isAbove(ids.length, 180)
  })

  test('every ID that a test names is on the list', ({ assert }) => {
    assert.deepEqual(report(standards, readTree(root)).unknown, [])
  })
})

test.group('Standards | reading tests', () => {
  test('finds the IDs at the end of a title', ({ assert }) => {
    const [found] = readTests('a.spec.ts', spec('it leaves at once [UNSUB-4, UNSUB-5]'))

    assert.deepEqual(found, {
      file: 'a.spec.ts',
      title: 'it leaves at once',
      ids: ['UNSUB-4', 'UNSUB-5'],
    })
  })

  test('finds a title that stands in a constant', ({ assert }) => {
    const [found] = readTests('a.spec.ts', `const LONG_${'TITLE'} =\n  'it is refused [JWT-4]'`)

    assert.deepEqual(found.ids, ['JWT-4'])
  })

  test('passes over brackets elsewhere', ({ assert }) => {
    assert.deepEqual(readTests('a.spec.ts', spec('it hides [token] in a line')), [])
  })

  test('counts an ID without a test as open, and as due where it is built', ({ assert }) => {
    const list = [
      { id: 'JWT-1', section: '4. JWT', demand: 'a', built: 'yes' },
      { id: 'JWT-2', section: '4. JWT', demand: 'b', built: 'yes' },
      { id: 'JWT-3', section: '4. JWT', demand: 'c', built: 'later' },
    ]

    const result = report(list, readTests('a.spec.ts', spec('it holds [JWT-1, JWT-9]')))

    assert.equal(result.covered, 1)
    assert.deepEqual(result.uncovered, ['JWT-2', 'JWT-3'])
    assert.deepEqual(result.due, ['JWT-2'])
    assert.deepEqual(result.unknown, [{ id: 'JWT-9', file: 'a.spec.ts' }])
  })
})
