import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { seed } from '@neonpanel/database/seed'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { auditSettled } from '../audit/audit.ts'
import { createClient, updateClient } from '../clients/clients.ts'
import { reap } from './reaper.ts'

const minutesMs = 60_000
const daysMs = 86_400_000

let database: Database
beforeEach(async () => {
  database = await openDatabase('memory:')
  await migrate(database)
  await seed(database, { seed: 'demo' })
  return () => database.close()
})
afterEach(resetClock)

const inMs = (milliseconds: number) => new Date(Date.now() + milliseconds)

/** Rows deleted by table. */
async function reaped(mayGoOn = async () => true): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  await reap(database, {
    mayGoOn,
    onReaped: (table, rows) => {
      counts[table] = (counts[table] ?? 0) + rows
    },
  })
  return counts
}

const record = (idHash: string, data: object = {}) =>
  database.prisma.oidcRecord.create({
    data: { kind: 'AuthorizationCode', idHash, payload: '{}', createdAt: inMs(0), ...data },
  })

const grant = (id: string, data: object = {}) =>
  database.prisma.grant.create({
    data: {
      id,
      personId: 'prs_owner',
      clientId: 'local-client',
      scope: 'read:companies',
      companies: 'all',
      companyIds: '[]',
      expiresAt: inMs(365 * daysMs),
      ...data,
    },
  })

const left = async () =>
  (await database.prisma.oidcRecord.findMany({ orderBy: { idHash: 'asc' } })).map(
    ({ idHash }) => idHash,
  )

test('challenges go when they have expired', async () => {
  const { scopeChallenge } = database.prisma
  const scope = 'read:cogs'
  await scopeChallenge.createMany({
    data: [
      { grantId: 'expired', scope, expiresAt: inMs(-6 * minutesMs) },
      { grantId: 'fresh', scope, expiresAt: inMs(minutesMs) },
    ],
  })
  expect(await reaped()).toEqual({ ScopeChallenge: 1 })
  expect(await scopeChallenge.findMany({ select: { grantId: true } })).toEqual([
    { grantId: 'fresh' },
  ])
})

describe('records', () => {
  test('go when they have expired, after a grace for clocks that differ', async () => {
    await record('expired', { expiresAt: inMs(-6 * minutesMs) })
    await record('just expired', { expiresAt: inMs(-4 * minutesMs) })
    await record('live', { expiresAt: inMs(minutesMs) })
    await record('without end')
    expect(await reaped()).toEqual({ OidcRecord: 1 })
    expect(await left()).toEqual(['just expired', 'live', 'without end'])
    advanceClock(2 * minutesMs)
    expect(await reaped()).toEqual({ OidcRecord: 1 })
    expect(await reaped()).toEqual({})
  })

  test('go in small batches, and no more of them once the work has to stop', async () => {
    const rows = Array.from({ length: 450 }, (_, index) => ({
      kind: 'Session',
      idHash: String(index),
      payload: '{}',
      createdAt: inMs(0),
      expiresAt: inMs(-daysMs),
    }))
    await database.prisma.oidcRecord.createMany({ data: rows })
    let batches = 0
    expect(await reaped(async () => batches++ < 2)).toEqual({ OidcRecord: 400 })
    expect(await reaped(async () => false)).toEqual({})
    expect(await reaped()).toEqual({ OidcRecord: 50 })
  })

  test('go with the grant that they belong to', async () => {
    await grant('live')
    await grant('revoked', { revokedAt: inMs(-daysMs) })
    await grant('expired', { expiresAt: inMs(-daysMs) })
    for (const grantId of ['live', 'revoked', 'expired']) {
      await record(`of ${grantId}`, { kind: 'RefreshToken', grantId, expiresAt: inMs(daysMs) })
    }
    expect(await reaped()).toEqual({ OidcRecord: 2 })
    expect(await left()).toEqual(['of live'])
    expect(await database.prisma.grant.count()).toBe(3)
  })

  test('of devices go with the session', async () => {
    const ends = { expiresAt: inMs(daysMs), createdAt: inMs(-daysMs) }
    await record('session', { kind: 'Session', uidHash: 'uid', ...ends })
    await record('uid', { kind: 'SessionDevice', ...ends })
    await record('ended', { kind: 'SessionDevice', ...ends })
    await record('just noted', { kind: 'SessionDevice', ...ends, createdAt: inMs(0) })
    expect(await reaped()).toEqual({ OidcRecord: 1 })
    expect(await left()).toEqual(['just noted', 'session', 'uid'])
  })
})

describe('other rows', () => {
  test('go when their time is over', async () => {
    const { prisma } = database
    await prisma.revokedAccessToken.createMany({
      data: [
        { jti: 'old', expiresAt: inMs(-daysMs) },
        { jti: 'live', expiresAt: inMs(minutesMs) },
      ],
    })
    await prisma.rateLimiterFlexible.createMany({
      data: [
        { key: 'old', points: 1, expire: inMs(-daysMs) },
        { key: 'live', points: 1, expire: inMs(minutesMs) },
        { key: 'without end', points: 1, expire: null },
      ],
    })
    const key = {
      algorithm: 'ES256',
      publicJwk: '{}',
      encryptedPrivateJwk: '',
      activeFrom: inMs(0),
    }
    await prisma.signingKey.createMany({
      data: [
        { ...key, kid: 'retired', retiresAt: inMs(-daysMs) },
        { ...key, kid: 'retiring', retiresAt: inMs(minutesMs) },
        { ...key, kid: 'signing', retiresAt: null },
      ],
    })
    expect(await reaped()).toEqual({ RevokedAccessToken: 1, RateLimiterFlexible: 1, SigningKey: 1 })
    expect(await reaped()).toEqual({})
  })

  test('that people look up stay: ended grants, initial access tokens, events', async () => {
    await grant('ended', { revokedAt: inMs(-daysMs), expiresAt: inMs(-daysMs) })
    await database.prisma.initialAccessToken.create({
      data: { jti: 'old', maxUses: 1, createdBy: 'test', expiresAt: inMs(-daysMs) },
    })
    advanceClock(400 * daysMs)
    await reaped()
    expect(await database.prisma.grant.count()).toBe(1)
    expect(await database.prisma.initialAccessToken.count()).toBe(1)
  })
})

describe('clients that registered themselves', () => {
  const names = async () =>
    (await database.prisma.client.findMany({ where: { name: 'Test' } })).map(
      ({ clientId }) => clientId,
    )
  const registered = async (
    clientId: string,
    origin: 'open' | 'initial_access_token' | 'administrator' | 'pre-registered' = 'open',
  ) => {
    await createClient(database, { clientId, name: 'Test', metadata: {}, origin })
    await record(`registration of ${clientId}`, { kind: 'RegistrationAccessToken', clientId })
  }
  const used = (clientId: string, at: Date) =>
    database.prisma.client.update({ where: { clientId }, data: { lastUsedAt: at } })

  test('AS-135: go when they were never used, with their registration token, and the log knows', async () => {
    await registered('open')
    await registered('iat', 'initial_access_token')
    advanceClock(29 * daysMs)
    expect(await reaped()).toEqual({})
    advanceClock(2 * daysMs)
    expect(await reaped()).toEqual({ Client: 2, OidcRecord: 2 })
    expect(await names()).toEqual([])
    await auditSettled(database)
    const events = await database.prisma.auditEvent.findMany({ where: { type: 'client.deleted' } })
    expect(events.map(({ clientId }) => clientId).toSorted()).toEqual(['iat', 'open'])
    expect(events[0]?.detail).toBe('{"by":"reaper"}')
  })

  test('stay for longer once they were used', async () => {
    await registered('used')
    advanceClock(20 * daysMs)
    await used('used', inMs(0))
    advanceClock(89 * daysMs)
    expect(await reaped()).toEqual({})
    advanceClock(2 * daysMs)
    expect(await reaped()).toMatchObject({ Client: 1 })
  })

  test('AS-135: stay for as long as somebody has connected them', async () => {
    await registered('connected')
    await grant('live', { clientId: 'connected' })
    advanceClock(300 * daysMs)
    expect(await names()).toEqual(['connected'])
    expect(await reaped()).toEqual({})
    await database.prisma.grant.update({ where: { id: 'live' }, data: { revokedAt: inMs(0) } })
    expect(await reaped()).toMatchObject({ Client: 1 })
  })

  test('stay when an administrator has looked at them, or suspended them', async () => {
    await registered('reviewed')
    await registered('suspended')
    await updateClient(database, 'reviewed', { reviewed: { by: 'prs_admin' } })
    await updateClient(database, 'suspended', { suspended: true })
    advanceClock(400 * daysMs)
    expect(await reaped()).toEqual({})
    expect(await names()).toHaveLength(2)
  })

  test('are the only ones that go', async () => {
    await registered('made by hand', 'administrator')
    await registered('seeded', 'pre-registered')
    const before = await database.prisma.client.count()
    advanceClock(400 * daysMs)
    expect(await reaped()).toEqual({})
    expect(await database.prisma.client.count()).toBe(before)
  })
})

describe('exchanges of flows', () => {
  const exchanges = (count: number, at: (index: number) => Date, more: object = {}) =>
    database.prisma.flowExchange.createMany({
      data: Array.from({ length: count }, (_, index) => ({
        id: `x${String(index).padStart(6, '0')}`,
        at: at(index),
        durationMs: 1,
        server: 'resource-server',
        kind: 'challenge',
        step: 'discovery',
        method: 'POST',
        path: '/mcp',
        status: 401,
        content: '{}',
        ...more,
      })),
    })

  test('are kept for two hours when they are refreshes that went well', async () => {
    await exchanges(4, (index) => inMs(-index * 60 * minutesMs - minutesMs), {
      kind: 'refresh_grant',
      status: 200,
    })
    expect(await reaped()).toMatchObject({ FlowExchange: 2 })
  })

  test('are kept for seven days', async () => {
    await exchanges(10, (index) => inMs(-index * daysMs - minutesMs))
    expect(await reaped()).toMatchObject({ FlowExchange: 3 })
    expect(await database.prisma.flowExchange.count()).toBe(7)
  })

  test('are 20,000 at most, the latest ones', async () => {
    for (let part = 0; part < 21; part += 1) {
      await database.insertRows(
        'FlowExchange',
        ['id', 'at', 'durationMs', 'server', 'kind', 'step', 'method', 'path', 'content'],
        Array.from({ length: 1_000 }, (_, index) => [
          `${part} ${index}`,
          inMs(part * 1_000 + index - 60_000),
          1,
          'resource-server',
          'challenge',
          'discovery',
          'POST',
          '/mcp',
          '{}',
        ]),
      )
    }
    expect(await reaped()).toMatchObject({ FlowExchange: 1_000 })
    const oldest = await database.prisma.flowExchange.findFirst({ orderBy: { at: 'asc' } })
    expect(oldest?.id).toBe('1 0')
    expect(await reaped()).not.toHaveProperty('FlowExchange')
  })
})
