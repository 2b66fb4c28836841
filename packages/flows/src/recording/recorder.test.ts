import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { createLog } from '@neonpanel/process/log'
import Koa, { type Middleware } from 'koa'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { recordAuthorizationFlows } from './authorization-server.ts'
import { noteFlow } from './flow-notes.ts'
import { flowsSettled } from './journal.ts'
import type { ExchangeContent } from './recorded-exchange.ts'
import { createResourceRecorder } from './resource-server.ts'

const log = createLog({ level: 'silent', format: 'json' })

const routes = {
  authorization: '/oauth2/authorize',
  token: '/oauth2/token',
  registration: '/oauth2/register',
  pushed_authorization_request: '/oauth2/par',
  device_authorization: '/oauth2/device',
  code_verification: '/device',
}

let database: Database
beforeEach(async () => {
  database = await openDatabase('memory:')
  await migrate(database)
  return () => database.close()
})

/** The origin of a server with these middlewares. */
async function serve(...middlewares: Middleware[]): Promise<string> {
  const app = new Koa()
  app.silent = true
  for (const middleware of middlewares) app.use(middleware)
  const http = createServer(app.callback()).listen(0, '127.0.0.1')
  await once(http, 'listening')
  onTestFinished(() => void http.close(() => {}))
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

async function recorded() {
  await flowsSettled(database)
  const rows = await database.prisma.flowExchange.findMany({ orderBy: { id: 'asc' } })
  return rows.map(({ content, ...row }) => ({
    ...row,
    content: JSON.parse(content) as ExchangeContent,
  }))
}

const authorization = (answer: Middleware) =>
  serve(recordAuthorizationFlows({ database, log }, routes), answer)

const form = (parameters: Record<string, string>) => ({
  method: 'POST',
  body: new URLSearchParams(parameters),
})

describe('at the authorization server', () => {
  test('a token request is kept without its secrets, and joined by digests of them', async () => {
    const origin = await authorization(async (ctx) => {
      for await (const _ of ctx.req);
      ctx.body = { access_token: 'the access token', token_type: 'Bearer' }
    })
    const sent = { grant_type: 'authorization_code', code: 'the code', client_id: 'app' }
    await fetch(`${origin}/oauth2/token`, form(sent))
    const [row] = await recorded()
    expect(row).toMatchObject({ kind: 'code_grant', step: 'token', clientId: 'app', status: 200 })
    expect(row!.joins).toMatch(/^code:[\w-]{22} token:[\w-]{22}$/)
    expect(row!.content.request.body).toContain('code=[code, 8 chars]')
    expect(JSON.stringify(row)).not.toMatch(/the.code|the access token/)
  })

  test('a redirect tells the page it leads to, or the code it carries', async () => {
    const uid = 'the-name-of-a-page'
    const origin = await authorization(async (ctx) => {
      ctx.redirect(
        ctx.path.endsWith(uid)
          ? 'https://app.test/cb?code=secret&state=s'
          : `${ctx.origin}/interaction/${uid}`,
      )
    })
    const open = (path: string) => fetch(origin + path, { redirect: 'manual' })
    await open('/oauth2/authorize?client_id=app&request_uri=urn:x')
    await open(`/oauth2/authorize/${uid}`)
    const [asked, resumed] = await recorded()
    expect(asked).toMatchObject({ kind: 'authorize', clientId: 'app', personId: null })
    expect(asked!.joins).toMatch(/^interaction:[\w-]{22} request_uri:/)
    expect(resumed).toMatchObject({ kind: 'resume', step: 'code' })
    expect(resumed!.joins).toMatch(/^interaction:[\w-]{22} code:/)
    expect(resumed!.joins.split(' ')[0]).toBe(asked!.joins.split(' ')[0])
    expect(JSON.stringify([asked, resumed])).not.toMatch(/secret|the-name-of-a-page|urn:x/)
  })

  test('what belongs to no flow is not kept', async () => {
    const origin = await authorization(async (ctx) => {
      ctx.status = 204
    })
    for (const path of ['/', '/console', '/account', '/oauth2/introspect', '/oauth2/jwks']) {
      await fetch(origin + path)
    }
    const agent = { headers: { 'user-agent': 'neonpanel-resource-server' } }
    await fetch(`${origin}/.well-known/oauth-authorization-server`, agent)
    expect(await recorded()).toEqual([])
    await fetch(`${origin}/oauth2/token`, { method: 'OPTIONS' })
    expect(await recorded()).toMatchObject([{ kind: 'preflight', step: 'discovery' }])
  })

  test('long bodies are described, and no character breaks what is kept', async () => {
    const origin = await authorization(async (ctx) => {
      for await (const _ of ctx.req);
      noteFlow(ctx, { reason: 'too_long', got: 'x'.repeat(1_000) })
      ctx.body = { client_name: 'nul \0', filler: 'y'.repeat(20_000) }
    })
    const headers = { 'content-type': 'application/json' }
    const metadata = { client_name: 'nul \0', escaped: '\\u0000 \\\\u0000' }
    const body = JSON.stringify(metadata)
    await fetch(`${origin}/oauth2/register`, { method: 'POST', headers, body })
    const [row] = await recorded()
    expect(row!.content.request.body).toEqual(metadata)
    expect(row!.content.response?.body).toMatch(/^\[application\/json, \d+ bytes\]$/)
    expect(row!.content.notes).toEqual([{ reason: 'too_long', got: 'x'.repeat(500) }])
  })

  test('what was typed in place of an e-mail address may be a password', async () => {
    const origin = await authorization(async (ctx) => {
      for await (const _ of ctx.req);
      ctx.status = 422
    })
    await fetch(`${origin}/interaction/u`, form({ email: 'hunter2', password: 'x' }))
    await fetch(`${origin}/interaction/u`, form({ email: 'a@b.test', password: 'x' }))
    const bodies = (await recorded()).map(({ content }) => content.request.body)
    expect(bodies).toEqual([
      'email=[email, 7 chars]&password=[password, 1 chars]',
      'email=a%40b.test&password=[password, 1 chars]',
    ])
  })

  test('an answer that never came is kept as such', async () => {
    const origin = await authorization(async (ctx) => {
      ctx.respond = false
      ctx.req.socket.destroy()
    })
    await expect(fetch(`${origin}/oauth2/register`, form({}))).rejects.toThrow()
    await expect.poll(recorded).toMatchObject([{ kind: 'register', status: null }])
  })

  test('no request fails or waits for a database that does', async () => {
    const origin = await authorization(async (ctx) => {
      ctx.body = 'answered'
    })
    await database.prisma.$executeRawUnsafe('ALTER TABLE "FlowExchange" RENAME TO "Away"')
    const answer = await fetch(`${origin}/oauth2/authorize`)
    expect(await answer.text()).toBe('answered')
    await flowsSettled(database)
    await database.prisma.$executeRawUnsafe('ALTER TABLE "Away" RENAME TO "FlowExchange"')
    await fetch(`${origin}/oauth2/authorize`)
    expect(await recorded()).toHaveLength(1)
  })
})

describe('at the resource server', () => {
  const token = {
    clientId: 'app',
    personId: 'prs',
    grantId: 'g',
    expiresAt: new Date(4_000_000_000_000),
  }

  /** Answers as told; a request with a token is let in. */
  function resource(answer: Middleware): Promise<string> {
    const { recordRefusals, recordFirstUses } = createResourceRecorder(
      { database, log },
      (path) => path === '/mcp',
    )
    const judge: Middleware = async (ctx, next) => {
      const chunks: Buffer[] = []
      for await (const chunk of ctx.req) chunks.push(chunk)
      const text = Buffer.concat(chunks).toString()
      ctx.state.body = text ? { ok: true, text, json: JSON.parse(text) } : undefined
      if (ctx.get('Authorization') !== 'Bearer good') {
        ctx.status = 401
        ctx.body = { error: 'invalid_token' }
        return
      }
      ctx.state.accessToken = token
      await next()
    }
    return serve(recordRefusals, judge, recordFirstUses, answer)
  }

  const call = (origin: string, method: string, authorization = 'Bearer good') =>
    fetch(`${origin}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { arguments: { a: 1 } } }),
    })

  const kinds = async () => (await recorded()).map(({ kind, status }) => `${kind} ${status}`)

  test('the first of each use of a grant is kept, and no other call', async () => {
    const origin = await resource(async (ctx) => {
      ctx.body = { jsonrpc: '2.0', id: 1, result: { content: ['figures'] } }
    })
    for (const method of ['initialize', 'tools/list', 'tools/call', 'tools/call', 'ping']) {
      await call(origin, method)
    }
    expect(await kinds()).toEqual(['connect 200', 'tool_call 200'])
    const [, used] = await recorded()
    expect(used).toMatchObject({ clientId: 'app', grantId: 'g', personId: 'prs' })
    expect(JSON.stringify(used!.content)).not.toContain('figures')
    expect(used!.content.request.headers).toMatchObject({
      authorization: 'Bearer [credentials, 4 chars]',
    })
  })

  test('refusals are kept, with and without a token, and make the next use the first', async () => {
    let status = 403
    const origin = await resource(async (ctx) => {
      ctx.status = status
      ctx.body = { error: 'insufficient_scope' }
    })
    await call(origin, 'tools/call', '')
    await call(origin, 'tools/call', 'Bearer bad')
    await call(origin, 'tools/call')
    status = 200
    await call(origin, 'tools/call')
    status = 500
    await call(origin, 'ping')
    expect(await kinds()).toEqual([
      'challenge 401',
      'refused_token 401',
      'step_up 403',
      'tool_call 200',
      'refused_call 500',
    ])
  })

  test('where something else stands in the way, nothing is said of the token', async () => {
    const { recordRefusals } = createResourceRecorder({ database, log }, () => true)
    const origin = await serve(recordRefusals, async (ctx) => {
      if (ctx.get('Authorization') === '') {
        ctx.status = 502
        ctx.body = '<html>'
      } else {
        ctx.respond = false
        ctx.req.socket.destroy()
      }
    })
    await call(origin, 'ping', '')
    await expect(call(origin, 'ping')).rejects.toThrow()
    expect(await kinds()).toEqual(['challenge 502', 'refused_call null'])
  })

  test('what is posted at a wrong path is kept, what browsers look for is not', async () => {
    const origin = await resource(async () => {})
    await fetch(`${origin}/favicon.ico`)
    await fetch(`${origin}/wrong`, { method: 'POST', headers: { authorization: 'Bearer good' } })
    expect(await kinds()).toEqual(['refused_call 404'])
  })

  test('a stream is kept once it is open', async () => {
    const origin = await resource(async (ctx) => {
      ctx.respond = false
      ctx.res.writeHead(200, { 'content-type': 'text/event-stream' })
      ctx.res.flushHeaders()
    })
    const stop = new AbortController()
    const open = await fetch(`${origin}/mcp`, {
      headers: { authorization: 'Bearer good' },
      signal: stop.signal,
    })
    expect(open.status).toBe(200)
    expect(await kinds()).toEqual(['stream 200'])
    stop.abort()
  })
})
