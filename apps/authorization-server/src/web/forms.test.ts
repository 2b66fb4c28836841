import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { csrfToken, isSameOrigin, receiveForm } from './forms.ts'

const issuer = 'https://my.neonpanel.test'
const provider = { issuer, keys: ['the newest key', 'an older key'] }

let server: Server
let url: string

beforeAll(async () => {
  const app = new Koa()
  app.silent = true
  app.use(async (ctx) => {
    const form = await receiveForm(ctx, provider, 'this interaction')
    ctx.body = form.getAll('scope').join(' ')
  })
  server = createServer(app.callback()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})

afterAll(() => {
  server.close()
})

const token = csrfToken(provider, 'this interaction')

function post(fields: string, headers: Record<string, string> = {}) {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: fields,
  })
}

describe('a posted form', () => {
  it('is read with repeated fields when its token is right', async () => {
    const answer = await post(`csrf=${token}&scope=a&scope=b%20c`)
    expect([answer.status, await answer.text()]).toEqual([200, 'a b c'])
  })

  it('is read when its page was made under an older key', async () => {
    const older = csrfToken({ issuer, keys: ['an older key'] }, 'this interaction')
    expect((await post(`csrf=${older}`)).status).toBe(200)
  })

  it.each<[string, string]>([
    ['no token', 'scope=a'],
    ['an empty token', 'csrf='],
    ['a shorter token', `csrf=${token.slice(1)}`],
    ['the token of another interaction', `csrf=${csrfToken(provider, 'another interaction')}`],
    [
      'a token under a foreign key',
      `csrf=${csrfToken({ issuer, keys: ['x'] }, 'this interaction')}`,
    ],
  ])('is refused with %s', async (_, fields) => {
    expect((await post(fields)).status).toBe(403)
  })

  it.each<[string, Record<string, string>]>([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another host of the same site', { 'sec-fetch-site': 'same-site' }],
    ['another origin, by an older browser', { origin: 'https://evil.example' }],
  ])('is refused from %s, whatever its token', async (_, headers) => {
    expect((await post(`csrf=${token}`, headers)).status).toBe(403)
  })

  it('is refused when it is no form', async () => {
    expect((await post('{}', { 'content-type': 'application/json' })).status).toBe(415)
  })

  it('is refused when it is too large', async () => {
    expect((await post(`csrf=${token}&scope=${'a'.repeat(70_000)}`)).status).toBe(413)
  })
})

describe('the origin of a request', () => {
  it.each<[Record<string, string>, boolean]>([
    [{}, true],
    [{ Origin: issuer }, true],
    [{ Origin: 'null' }, true],
    [{ 'Sec-Fetch-Site': 'same-origin', Origin: 'null' }, true],
    [{ 'Sec-Fetch-Site': 'none' }, false],
    [{ 'Sec-Fetch-Site': 'cross-site', Origin: issuer }, false],
    [{ Origin: `${issuer}.evil.example` }, false],
    [{ Origin: issuer.replace('https', 'http') }, false],
  ])('%j', (headers, expected) => {
    const get = ((name: string) => headers[name] ?? '') as Parameters<typeof isSameOrigin>[0]['get']
    expect(isSameOrigin({ get }, issuer)).toBe(expected)
  })
})
