import { introspectionCredentials } from '@neonpanel/contracts/introspection-credentials'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { auditSettled } from '../audit/audit.ts'
import { post, refresh, tokens } from '../testing/flow.ts'
import { startServer, type TestServer } from '../testing/server.ts'

const appSecret = 'A'.repeat(43)
const minuteMs = 60_000

let server: TestServer
beforeAll(async () => {
  server = await startServer({ APP_SECRET: appSecret })
})
afterAll(() => server[Symbol.asyncDispose]())
afterEach(resetClock)

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})
const { clientId, clientSecret } = introspectionCredentials(appSecret)

const introspect = (token: string, caller = basic(clientId, clientSecret)) =>
  post(`${server.issuer}/oauth2/introspect`, { token }, caller)

/** Epoch milliseconds at which app and permission were last used. */
async function lastUse(client: string) {
  await auditSettled(server.database)
  const { prisma } = server.database
  const row = await prisma.client.findUniqueOrThrow({ where: { clientId: client } })
  const grant = await prisma.grant.findFirst({
    where: { clientId: client, revokedAt: null },
    orderBy: { createdAt: 'desc' },
  })
  return { client: row.lastUsedAt?.getTime() ?? 0, grant: grant?.lastUsedAt?.getTime() ?? 0 }
}

test('getting tokens is a use, of the app and of the permission', async () => {
  const before = Date.now()
  await tokens(server)
  const { client, grant } = await lastUse('local-client')
  expect(Math.min(client, grant)).toBeGreaterThanOrEqual(before)
})

test('a refresh is a use, noted once a minute', async () => {
  const { body } = await tokens(server)
  const first = await lastUse('local-client')
  advanceClock(minuteMs / 2)
  const { body: second } = await refresh(server, body.refresh_token)
  expect(await lastUse('local-client')).toEqual(first)
  advanceClock(minuteMs)
  await refresh(server, second.refresh_token)
  const later = await lastUse('local-client')
  expect(later.grant).toBeGreaterThan(first.grant + minuteMs)
  expect(later.client).toBeGreaterThan(first.client + minuteMs)
})

test('what the resource server asks about is in use, also between refreshes', async () => {
  const { body } = await tokens(server)
  const first = await lastUse('local-client')
  advanceClock(10 * minuteMs)
  expect((await introspect(body.access_token)).body.active).toBe(true)
  const later = await lastUse('local-client')
  expect(Math.min(later.grant, later.client)).toBeGreaterThan(first.client + 5 * minuteMs)
})

test('an app without a person is in use as well', async () => {
  const service = basic('demo-service', 'neonpanel-demo-secret')
  const form = { grant_type: 'client_credentials', scope: 'read:companies' }
  const { body } = await post(`${server.issuer}/oauth2/token`, form, service)
  const first = await lastUse('demo-service')
  expect(first.client).toBeGreaterThan(0)
  advanceClock(10 * minuteMs)
  await introspect(body.access_token)
  expect((await lastUse('demo-service')).client).toBeGreaterThan(first.client)
})

test('neither a client that looks at its own token nor a dead token is a use', async () => {
  const service = basic('demo-service', 'neonpanel-demo-secret')
  const form = { grant_type: 'client_credentials', scope: 'read:companies' }
  const { body } = await post(`${server.issuer}/oauth2/token`, form, service)
  const { body: own } = await tokens(server)
  const before = [await lastUse('demo-service'), await lastUse('local-client')]
  advanceClock(10 * minuteMs)
  await introspect(body.access_token, service)
  advanceClock(60 * minuteMs)
  expect((await introspect(own.access_token)).body.active).toBe(false)
  expect((await refresh(server, 'unknown')).status).toBe(400)
  expect([await lastUse('demo-service'), await lastUse('local-client')]).toEqual(before)
})
