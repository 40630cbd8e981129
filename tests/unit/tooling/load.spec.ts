import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from '@japa/runner'
import type { LoadPlan, LoadResult } from '#benchmarks/harness/load'
import { Stopwatch } from '#benchmarks/harness/measure'
import { runScript } from '#benchmarks/harness/processes'

interface Seen {
  method: string
  url: string
  body: string
}

/** Answers with the status that the query asks for: with a length, chunked, or with no body. */
async function openServer() {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { method = '', url = '' } = request
      seen.push({ method, url, body })
      response.statusCode = Number(url.match(/status=(\d+)/)?.[1] ?? 200)
      if (response.statusCode === 410) response.write('in ')
      if (response.statusCode !== 204) response.write('parts')
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { seen, port: (server.address() as AddressInfo).port, close: () => server.close() }
}

async function bodyOf(request: IncomingMessage) {
  let body = ''
  for await (const part of request) body += part
  return body
}

const load = (plan: LoadPlan) => runScript<LoadResult>('benchmarks/harness/load.ts', plan)

test.group('Benchmark | the client', (group) => {
  let server: Awaited<ReturnType<typeof openServer>>
  group.each.setup(async () => {
    server = await openServer()
    return () => void server.close()
  })

  test('takes each path of a file once, and counts what came back', async ({ assert, cleanup }) => {
    const folder = mkdtempSync(join(tmpdir(), 'postern-'))
    cleanup(() => rmSync(folder, { recursive: true }))
    const paths = Array.from(
      { length: 90 },
      (_unused, i) => `/${i}?status=${[200, 410, 204][i % 3]}`
    )
    const pathsFile = join(folder, 'paths.txt')
    writeFileSync(pathsFile, `${paths.join('\n')}\n`)

    const result = await load({
      port: server.port,
      connections: 8,
      method: 'POST',
      pathsFile,
      body: 'List-Unsubscribe=One-Click',
    })

    assert.equal(result.requests, 90)
    assert.deepEqual(result.statuses, { 200: 30, 410: 30, 204: 30 })
    assert.sameMembers(
      server.seen.map(({ url }) => url),
      paths
    )
    assert.isTrue(server.seen.every(({ body }) => body === 'List-Unsubscribe=One-Click'))
    assert.isAbove(result.perSecond, 0)
    assert.isAtLeast(result.p99, result.p50)
  })

  test('asks for one path as often as it is told', async ({ assert }) => {
    const result = await load({
      port: server.port,
      connections: 4,
      method: 'GET',
      path: '/',
      requests: 50,
    })

    assert.deepEqual(result.statuses, { 200: 50 })
    assert.lengthOf(server.seen, 50)
  })
})

test.group('Benchmark | times', () => {
  test('gives the time within which a share of all was done', ({ assert }) => {
    const watch = new Stopwatch()
    for (let i = 100; i >= 1; i--) watch.add(i)

    assert.equal(watch.percentile(0.5), 51)
    assert.equal(watch.percentile(0.99), 100)
  })
})
