import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import Koa, { type Middleware } from 'koa'
import { describe, expect, onTestFinished, test } from 'vitest'
import { faultSchema } from './fault.ts'
import { injectFaults } from './inject.ts'
import { createFaultRules } from './rules.ts'

const edge = {
  server: 'resource-server',
  issuer: 'http://as.test',
  resource: 'http://rs.test/mcp',
} as const

/** A server with one fault in front of it, and how to ask it. */
async function serve(what: object, handle: Middleware) {
  const rules = createFaultRules()
  const fault = await rules.add(faultSchema.parse({ what }))
  const app = new Koa()
  app.use(injectFaults(rules, edge)).use(handle)
  const server = createServer(app.callback()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const ask = async (method = 'GET') => {
    const outgoing = request({ port, host: '127.0.0.1', path: '/mcp', method }).end()
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
    return answer
  }
  return { fault, ask }
}

/** The ways in which servers write an answer. */
const writers: Record<string, Middleware> = {
  'a body': (ctx) => {
    ctx.body = { a: 1, b: [2] }
  },
  'a piped stream': (ctx) => {
    ctx.type = 'json'
    ctx.body = Readable.from(['{"a":1,', '"b":[2]}'])
  },
  'pieces of its own': (ctx) => {
    ctx.respond = false
    ctx.res.writeHead(200, { 'Content-Type': 'application/json' })
    ctx.res.write('{"a":1,')
    ctx.res.write(Buffer.from('"b":[2]'), () => ctx.res.end('}'))
  },
  'one piece of its own': (ctx) => {
    ctx.respond = false
    ctx.res.writeHead(200, 'Fine', ['Content-Type', 'application/json']).end('{"a":1,"b":[2]}')
  },
}

describe('an answer is struck, written by', () => {
  for (const [name, handle] of Object.entries(writers)) {
    test(`${name}: changed`, async () => {
      const changes = { set: { '/b/0': '{value}!', c: '{issuer}' }, remove: ['a', 'none'] }
      const { ask } = await serve({ json: changes }, handle)
      const answer = await ask()
      expect(await text(answer)).toBe('{"b":["2!"],"c":"http://as.test"}')
      expect(answer.headers['content-type']).toMatch(/json/)
    })

    test(`${name}: cut short, malformed, slow`, async () => {
      const short = await serve({ truncate_at_bytes: 3 }, handle)
      expect(await text(await short.ask())).toBe('{"a')
      const malformed = await serve({ malformed_json: true }, handle)
      expect(await text(await malformed.ask())).toBe('{,"a":1,"b":[2]}')
      const slow = await serve({ bytes_per_second: 1_000 }, handle)
      expect(await text(await slow.ask())).toBe('{"a":1,"b":[2]}')
    })

    test(`${name}: dropped on the way`, async () => {
      const { ask } = await serve({ drop_connection: { after_bytes: 4 } }, handle)
      const answer = await ask()
      await expect(text(answer)).rejects.toThrow('aborted')
    })
  }

  test('nobody: a question for headers has headers', async () => {
    const { ask } = await serve({ headers: { 'X-Odd': 'yes' } }, writers['a body']!)
    const answer = await ask('HEAD')
    expect(answer.headers).toMatchObject({
      'x-odd': 'yes',
      'x-fault': 'headers',
      'content-length': '15',
    })
    expect(await text(answer)).toBe('')
  })

  test('the server itself, later: its headers are its own', async () => {
    const { ask } = await serve({ delay_ms: 1 }, (ctx) => {
      ctx.set({ 'Cache-Control': 'max-age=60', ETag: '"1"' })
      ctx.body = 'fine'
    })
    const answer = await ask()
    expect(answer.headers).toMatchObject({ 'cache-control': 'max-age=60', etag: '"1"' })
    expect(await text(answer)).toBe('fine')
  })

  test('something that is not there to be changed: it is left alone and nothing is counted', async () => {
    const { ask, fault } = await serve({ jwks: 'stale' }, writers['a body']!)
    const answer = await ask()
    expect(await text(answer)).toBe('{"a":1,"b":[2]}')
    expect(answer.headers).not.toHaveProperty('x-fault')
    expect(fault.hits).toBe(0)
  })
})

const events = [': hello\n\n', 'data: 1\n\n', 'event: x\nda', 'ta: 2\n\n: alive\n\n', 'data: 3\n\n']

const eventStream: Middleware = (ctx) => {
  ctx.respond = false
  ctx.res.writeHead(200, { 'Content-Type': 'text/event-stream' })
  ctx.res.flushHeaders()
  for (const piece of events) ctx.res.write(piece)
  ctx.res.end()
}

describe('an event stream', () => {
  test.each([
    [0, ''],
    [1, ': hello\n\ndata: 1\n\n'],
    [2, ': hello\n\ndata: 1\n\nevent: x\ndata: 2\n\n'],
  ])('is cut after %i events, comments not counted', async (cut_after, expected) => {
    const { ask, fault } = await serve({ events: { cut_after } }, eventStream)
    const answer = await ask()
    let received = ''
    answer.setEncoding('utf8').on('data', (chunk) => {
      received += chunk
    })
    await expect(once(answer, 'end')).rejects.toThrow('aborted')
    expect(received).toBe(expected)
    expect(answer.complete).toBe(false)
    expect(fault.hits).toBe(1)
  })

  test('arrives whole and in order, each event after its wait', async () => {
    const { ask } = await serve({ events: { delay_ms: 1 } }, eventStream)
    expect(await text(await ask())).toBe(events.join(''))
  })

  test('ends as it ended when there is more to come than was to be cut', async () => {
    const { ask } = await serve(
      { events: { cut_after: 9 }, headers: { 'X-Odd': '1' } },
      eventStream,
    )
    const answer = await ask()
    expect(answer.headers['x-odd']).toBe('1')
    expect(await text(answer)).toBe(events.join(''))
  })

  test('sends its head before its first event', async () => {
    const first = Promise.withResolvers<void>()
    const { ask } = await serve({ events: { cut_after: 9 } }, async (ctx) => {
      ctx.respond = false
      ctx.res.writeHead(200, { 'Content-Type': 'text/event-stream' })
      ctx.res.flushHeaders()
      await first.promise
      ctx.res.end('data: 1\n\n')
    })
    const answer = await ask()
    first.resolve()
    expect(await text(answer)).toBe('data: 1\n\n')
  })
})
