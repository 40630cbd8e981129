import { test } from '@japa/runner'
import ace from '@adonisjs/core/services/ace'
import { jsonArray } from '#commands/_json_array'

const OURS = /^(audit|keys|lists|mailings|staff|subscribers|suppressions|tokens|demo|work)(:|$)/

test.group('Commands | all of them', () => {
  test('none has a flag that the framework requires: its --help would end in an error', async ({
    assert,
  }) => {
    await ace.boot()
    const ours = ace.getCommands().filter(({ commandName }) => OURS.test(commandName))

    assert.isAbove(ours.length, 30)
    assert.deepEqual(
      ours
        .filter(({ flags }) => flags.some(({ required }) => required))
        .map((one) => one.commandName),
      []
    )
  })

  test('what streams as JSON lines is one document with --json')
    .with([[], ['{"a":1}\n'], ['{"a":1}\n{"a":2}\n', '{"a":3}\n']])
    .run(async ({ assert }, pieces) => {
      const stream = (async function* () {
        yield* pieces
      })()

      const document = (await Array.fromAsync(jsonArray(stream))).join('')

      const lines = pieces.join('').split('\n').filter(Boolean)
      assert.deepEqual(
        JSON.parse(document),
        lines.map((line) => JSON.parse(line))
      )
    })
})
