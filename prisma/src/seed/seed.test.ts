import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Database } from '../database.ts'
import { migrate } from '../migrate.ts'
import { openDatabase } from '../open.ts'
import { appSecret } from '../settings.ts'
import { resetDatabase } from './reset.ts'
import { seed } from './seed.ts'

let database: Database

beforeEach(async () => {
  database = await openDatabase('memory:')
  await migrate(database)
})
afterEach(() => database.close())

const demo = { seed: 'demo' } as const
const roleOf = async (personId: string) =>
  Object.fromEntries(
    (await database.prisma.membership.findMany({ where: { personId } })).map((membership) => [
      membership.companyId,
      membership.role,
    ]),
  )
const metadataOf = async (clientId: string) =>
  JSON.parse((await database.prisma.client.findUniqueOrThrow({ where: { clientId } })).metadata)

describe('the demo', () => {
  beforeEach(() => seed(database, demo))

  test('has its companies', async () => {
    const companies = await database.prisma.company.findMany({ orderBy: { id: 'asc' } })
    expect(companies.map(({ id, name }) => [id, name])).toEqual([
      ['co_harbor_eu', 'Harbor Goods EU B.V.'],
      ['co_harbor_us', 'Harbor Goods LLC'],
      ['co_tallow', 'Tallow Studio'],
    ])
  })

  test('gives each account its one role per company', async () => {
    expect(await roleOf('prs_owner')).toEqual({ co_harbor_us: 'Owner', co_harbor_eu: 'Owner' })
    expect(await roleOf('prs_analyst')).toEqual({
      co_harbor_us: 'Finance analyst',
      co_tallow: 'Viewer',
    })
    expect(await roleOf('prs_warehouse')).toEqual({ co_harbor_eu: 'Warehouse manager' })
    expect(await database.prisma.membership.count()).toBe(5)
  })

  test('has one suspended account and one administrator, both without a company', async () => {
    const find = (where: object) => database.prisma.person.findMany({ where })
    expect((await find({ suspendedAt: { not: null } })).map(({ email }) => email)).toEqual([
      'suspended@neonpanel.test',
    ])
    expect((await find({ administrator: true })).map(({ email }) => email)).toEqual([
      'admin@neonpanel.test',
    ])
    expect((await find({ memberships: { none: {} } })).map(({ email }) => email).sort()).toEqual([
      'admin@neonpanel.test',
      'outsider@neonpanel.test',
      'suspended@neonpanel.test',
    ])
  })

  test('stores passwords and secrets as argon2id only', async () => {
    const people = await database.prisma.person.findMany()
    const clients = await database.prisma.client.findMany()
    const hashes = [
      ...people.map((p) => p.passwordHash),
      ...clients.flatMap((c) => c.secretHash ?? []),
    ]
    expect(hashes).toHaveLength(7)
    for (const hash of hashes) {
      expect(hash).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
    }
    expect(JSON.stringify([people, clients])).not.toContain('neonpanel-demo-secret')
  })

  test('knows public clients without a secret and the service with client credentials only', async () => {
    expect(await metadataOf('local-client')).toEqual({
      client_name: 'Local client',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    })
    expect(await metadataOf('demo-service')).toMatchObject({
      redirect_uris: [],
      grant_types: ['client_credentials'],
      response_types: [],
      token_endpoint_auth_method: 'client_secret_basic',
    })
    const secretive = await database.prisma.client.findMany({
      where: { secretHash: { not: null } },
    })
    expect(secretive.map(({ clientId }) => clientId)).toEqual(['demo-service'])
    expect(await database.prisma.client.count({ where: { origin: 'pre-registered' } })).toBe(5)
  })

  test('is not written again over what an administrator changed or deleted', async () => {
    const { prisma } = database
    await prisma.person.update({ where: { id: 'prs_owner' }, data: { suspendedAt: new Date() } })
    await prisma.client.update({ where: { clientId: 'claude' }, data: { name: 'Renamed' } })
    await prisma.client.delete({ where: { clientId: 'demo-service' } })
    await prisma.membership.deleteMany({ where: { personId: 'prs_analyst' } })
    await seed(database, demo)
    const owner = await prisma.person.findUniqueOrThrow({ where: { id: 'prs_owner' } })
    expect(owner.suspendedAt).not.toBeNull()
    const clients = await prisma.client.findMany({ orderBy: { clientId: 'asc' } })
    expect(clients.map(({ name }) => name)).toEqual([
      'ChatGPT MCP Connector',
      'Renamed',
      'Local client',
      'MCP Inspector',
    ])
    expect(await roleOf('prs_analyst')).toEqual({})
  })

  test('comes back by a reset, with nothing that was added and the same APP_SECRET', async () => {
    const { prisma } = database
    const secret = await appSecret(database)
    await prisma.client.delete({ where: { clientId: 'claude' } })
    await prisma.person.update({ where: { id: 'prs_owner' }, data: { email: 'x@x.test' } })
    await prisma.oidcRecord.create({ data: { kind: 'Session', idHash: 'h', payload: '{}' } })
    await resetDatabase(database, demo)
    expect(await prisma.client.count()).toBe(5)
    expect(await prisma.oidcRecord.count()).toBe(0)
    const owner = await prisma.person.findUniqueOrThrow({ where: { id: 'prs_owner' } })
    expect(owner.email).toBe('owner@neonpanel.test')
    expect(await appSecret(database)).toBe(secret)
  })

  test('has its ledger back by a reset after an import', async () => {
    const { prisma } = database
    const sales = await prisma.sale.count()
    await prisma.importRun.create({
      data: {
        id: 'i',
        companyId: 'co_tallow',
        personId: 'prs_owner',
        clientId: 'claude',
        idempotencyKey: 'k',
        requestDigest: 'd',
        result: '{}',
      },
    })
    await prisma.sale.deleteMany({ where: { companyId: 'co_tallow' } })
    await resetDatabase(database, demo)
    expect(await prisma.sale.count()).toBe(sales)
    expect(await prisma.importRun.count()).toBe(0)
  })
})

describe('no demo', () => {
  test('leaves the database empty', async () => {
    await seed(database, { seed: 'none' })
    expect(await database.prisma.person.count()).toBe(0)
    expect(await database.prisma.client.count()).toBe(0)
    expect(await database.prisma.company.count()).toBe(0)
  })

  test('does not keep a later demo away', async () => {
    await seed(database, { seed: 'none' })
    await seed(database, demo)
    expect(await database.prisma.person.count()).toBe(6)
  })

  test('is what a reset brings back when there was none', async () => {
    await database.prisma.setting.create({ data: { key: 'other', value: 'kept' } })
    await resetDatabase(database, { seed: 'none' })
    expect(await database.prisma.person.count()).toBe(0)
    expect(await database.prisma.setting.count()).toBe(1)
  })
})

describe('an APP_SECRET', () => {
  test('is made once, of 32 bytes, whoever asks first', async () => {
    const secrets = await Promise.all([appSecret(database), appSecret(database)])
    expect(new Set(secrets).size).toBe(1)
    expect(Buffer.from(secrets[0]!, 'base64url')).toHaveLength(32)
  })

  test('differs between databases', async () => {
    await using other = await openDatabase('memory:')
    await migrate(other)
    expect(await appSecret(other)).not.toBe(await appSecret(database))
  })
})
