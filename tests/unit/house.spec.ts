import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from '@japa/runner'

const root = new URL('../../', import.meta.url).pathname
const ENGINES = ['request_tokens', 'subscribers', 'mailings', 'delivery', 'inbound', 'mailbox']

/** What each engine may import besides itself. Everyone else enters by a main.ts (lint holds that). */
const MAY_IMPORT: Record<string, string[]> = {
  request_tokens: [],
  mailbox: [],
  subscribers: ['request_tokens', 'models'],
  mailings: ['request_tokens', 'subscribers', 'models'],
  delivery: ['request_tokens', 'subscribers', 'mailings', 'models', 'mails'],
  inbound: ['request_tokens', 'subscribers', 'delivery', 'models'],
}

const ROOMS = /from '#([a-z_]+)\//g
const OUTSIDE_APP = ['database', 'start', 'config', 'generated']

function importsOf(folder: string) {
  return filesOf(join(root, 'app', folder)).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(ROOMS)].map(([, room]) => ({ file, room }))
  )
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

const present = ENGINES.filter((engine) => readdirSync(join(root, 'app')).includes(engine))

test.group('House | the way of the data', () => {
  test('the engine {$self} imports only what lies below it')
    .with(present)
    .run(({ assert }, engine) => {
      const allowed = [
        engine,
        ...MAY_IMPORT[engine],
        ...(engine === 'request_tokens' ? [] : OUTSIDE_APP),
      ]

      const strangers = importsOf(engine).filter(({ room }) => !allowed.includes(room))

      assert.deepEqual(strangers, [])
    })

  test('the core leaves its folder by no relative import', ({ assert }) => {
    const outside = filesOf(join(root, 'app/request_tokens')).filter((file) =>
      readFileSync(file, 'utf8').includes("from '../")
    )

    assert.deepEqual(outside, [])
  })

  test('every engine has its door', ({ assert }) => {
    for (const engine of present)
      assert.include(readdirSync(join(root, 'app', engine)), 'main.ts', engine)
  })
})
