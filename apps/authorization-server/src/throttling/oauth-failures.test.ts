import type { Database } from '@neonpanel/database/open'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashClientSecret } from '../clients/client-secrets.ts'
import { updateClient } from '../clients/clients.ts'
import { authorize, redeem, tokens } from '../testing/flow.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { failureLimits } from './limits.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ TRUST_PROXY: 'true' })
  // Hashed anew: this process may have found the demo's own secret right before.
  const secretHash = await hashClientSecret(rightSecret)
  await updateClient(server.database, 'demo-service', { secretHash })
})
afterAll(() => server[Symbol.asyncDispose]())

/** Posts from an address, as a proxy would tell it. */
function post(
  path: string,
  parameters: Record<string, string>,
  { address, secret, to = server }: { address: string; secret?: string; to?: TestServer },
) {
  const basic = secret && Buffer.from(`demo-service:${secret}`).toString('base64')
  return fetch(`${to.origin}/oauth2/${path}`, {
    method: 'POST',
    body: new URLSearchParams(parameters),
    headers: { 'x-forwarded-for': address, ...(basic && { authorization: `Basic ${basic}` }) },
  })
}

const service = { grant_type: 'client_credentials', scope: 'read:companies' }
const asService = (address: string, secret: string, to = server) =>
  post('token', service, { address, secret, to })
const rightSecret = 'neonpanel-demo-secret'

async function repeat(times: number, run: (n: number) => Promise<Response>): Promise<number[]> {
  const statuses: number[] = []
  for (let n = 0; n < times; n++) statuses.push((await run(n)).status)
  return statuses
}

describe('wrong secrets of a client', () => {
  test('AS-37: are paused after thirty from one address, with Retry-After and as JSON', async () => {
    const statuses = await repeat(30, (n) => asService('192.0.2.1', `guess-${n}`))
    expect(new Set(statuses)).toEqual(new Set([401]))
    const answer = await asService('192.0.2.1', 'guess')
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(60)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('x-correlation-id')).toMatch(/^c-/)
    expect(await answer.json()).toMatchObject({ error: 'too_many_requests' })
  })

  test('hide the right one while they are paused', async () => {
    expect((await asService('192.0.2.1', rightSecret)).status).toBe(429)
  })

  test('pause neither the same client elsewhere nor another client there', async () => {
    expect((await asService('192.0.2.2', rightSecret)).status).toBe(200)
    const other = { grant_type: 'refresh_token', refresh_token: 'x', client_id: 'local-client' }
    expect((await post('token', other, { address: '192.0.2.1' })).status).toBe(400)
  })

  test('do not pause a client whose secret was found right before', async () => {
    expect((await asService('192.0.2.1', rightSecret)).status).toBe(200)
    await repeat(35, (n) => asService('192.0.2.1', `guess-${n}`))
    expect((await asService('192.0.2.1', rightSecret)).status).toBe(200)
  })

  test('count at every endpoint that authenticates clients, together', async () => {
    for (const path of ['revoke', 'introspect', 'par', 'token', 'device'] as const) {
      await repeat(6, () => post(path, { token: 'x' }, { address: '192.0.2.3', secret: 'guess' }))
    }
    const answer = await post('introspect', { token: 'x' }, { address: '192.0.2.3', secret: 'no' })
    expect(answer.status).toBe(429)
  })

  test('are not written to the audit log for ever', async () => {
    const refused = () =>
      server.database.prisma.auditEvent.count({ where: { type: 'token.refused' } })
    await repeat(30, (n) => asService('192.0.2.4', `guess-${n}`))
    const before = await refused()
    await repeat(30, (n) => asService('192.0.2.4', `guess-${n}`))
    expect(await refused()).toBe(before)
  })
})

describe('clients that do not exist', () => {
  test('fill no table, and pause nobody who exists', async () => {
    const before = await server.database.prisma.rateLimiterFlexible.count()
    const body = (n: number) => ({ ...service, client_id: `made-up-${n}`, client_secret: 'x' })
    const statuses = await repeat(110, (n) => post('token', body(n), { address: '192.0.2.5' }))
    expect(statuses.slice(0, 100)).not.toContain(429)
    expect(statuses.slice(100)).not.toContain(401)
    const after = await server.database.prisma.rateLimiterFlexible.count()
    expect(after - before).toBe(1)
    expect((await asService('192.0.2.5', rightSecret)).status).toBe(200)
  })
})

describe('codes and refresh tokens that are not good', () => {
  const refresh = (token: string, address: string) =>
    post(
      'token',
      { grant_type: 'refresh_token', refresh_token: token, client_id: 'local-client' },
      { address },
    )

  test('are answered 429 in a burst, and a good one passes at any time and ends it', async () => {
    const { body } = await tokens(server)
    const statuses = await repeat(105, (n) => refresh(`guess-${n}`, '192.0.2.6'))
    expect(statuses.slice(0, 100)).not.toContain(429)
    expect(statuses.at(-1)).toBe(429)
    expect((await refresh(body.refresh_token, '192.0.2.6')).status).toBe(200)
    expect((await refresh('guess', '192.0.2.6')).status).toBe(400)
  })
})

describe('initial access tokens that are not good', () => {
  const register = (token: string, address: string) =>
    fetch(`${server.origin}/oauth2/register`, {
      method: 'POST',
      body: JSON.stringify({ redirect_uris: ['https://app.example/cb'] }),
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': address,
        authorization: `Bearer ${token}`,
      },
    })

  test('AS-37: are answered 429 in a burst, and a good one still registers', async () => {
    const statuses = await repeat(101, (n) => register(`guess-${n}`, '192.0.2.7'))
    expect(statuses.slice(0, 100)).not.toContain(429)
    expect(statuses[100]).toBe(429)
    expect((await register(await server.mint(), '192.0.2.7')).status).toBe(201)
    expect((await register('guess', '192.0.2.8')).status).toBe(401)
  })
})

describe('another process', () => {
  test('knows of failures that were counted here', async () => {
    await using there = await startServer({ TRUST_PROXY: 'true' }, server.database)
    await repeat(15, (n) => asService('192.0.2.9', `guess-${n}`))
    const statuses = await repeat(17, (n) => asService('192.0.2.9', `guess-${n}`, there))
    expect(statuses.at(-1)).toBe(429)
  })
})

describe('an honest client', () => {
  test('costs no query of the throttles: exchange, refresh, introspection, revocation', async () => {
    let looks = 0
    const watched = watchThrottles(server.database, () => {
      looks += 1
    })
    await using honest = await startServer({ TRUST_PROXY: 'true' }, watched)
    const authorized = await authorize(honest)
    const signedIn = looks
    expect(signedIn).toBeGreaterThan(0)
    const { body } = await redeem(honest, authorized)
    const client = { client_id: 'local-client' }
    const { refresh_token } = body
    const refreshed = await post(
      'token',
      { ...client, grant_type: 'refresh_token', refresh_token },
      { address: '192.0.2.10', to: honest },
    )
    expect(refreshed.status).toBe(200)
    await asService('192.0.2.10', rightSecret, honest)
    const token = body.access_token
    await post('introspect', { ...client, token }, { address: '192.0.2.10', to: honest })
    await post('revoke', { ...client, token }, { address: '192.0.2.10', to: honest })
    expect(looks).toBe(signedIn)
  })
})

/** The database, telling of every use of the throttles' table. */
function watchThrottles(database: Database, look: () => void): Database {
  const prisma = new Proxy(database.prisma, {
    get(target, name) {
      if (name === 'rateLimiterFlexible') look()
      return Reflect.get(target, name)
    },
  })
  return { ...database, prisma, query: database.query.bind(database) } as Database
}

test('limits leave room for mistakes', () => {
  for (const { failures } of Object.values(failureLimits))
    expect(failures).toBeGreaterThanOrEqual(5)
})
