import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { decodeProtectedHeader } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { post } from '../testing/flow.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import {
  listSigningKeys,
  loadSigningKeys,
  rotateSigningKeys,
  signingKeyFor,
} from './signing-keys.ts'

const appSecret = 'A'.repeat(43)
const config = { accessTokenTtlSeconds: 3_600 }
const reloadSigningKeys = async () => {}

afterEach(resetClock)

describe('signing keys', () => {
  let database: Database
  beforeEach(async () => {
    database = await openDatabase('memory:')
    await migrate(database)
    return () => database.close()
  })

  test('are made once, also by several processes at the same time', async () => {
    const sets = await Promise.all(
      Array.from({ length: 4 }, () => loadSigningKeys({ database, appSecret })),
    )
    const names = sets.map((keys) => keys.map(({ kid }) => kid).toSorted())
    for (const set of names) expect(set).toEqual(names[0])
    expect(sets[0]!.map(({ algorithm }) => algorithm).toSorted()).toEqual(['ES256', 'RS256'])
    expect(await database.prisma.signingKey.count()).toBe(2)
  })

  test('are stored encrypted, and open under their own secret only', async () => {
    const [key] = await loadSigningKeys({ database, appSecret })
    const rows = JSON.stringify(await database.prisma.signingKey.findMany())
    expect(rows).not.toContain(key!.privateJwk.d)
    await expect(loadSigningKeys({ database, appSecret: 'B'.repeat(43) })).rejects.toThrow()
  })

  test('are published before they sign, and for as long as their last token lives', async () => {
    const context = { database, appSecret, config, reloadSigningKeys }
    const before = signingKeyFor(await loadSigningKeys(context), 'ES256').kid
    await rotateSigningKeys(context)
    const published = await listSigningKeys(context)
    expect(published).toHaveLength(4)
    expect(signingKeyFor(published, 'ES256').kid).toBe(before)
    advanceClock(301_000)
    const after = signingKeyFor(await loadSigningKeys(context), 'ES256').kid
    expect(after).not.toBe(before)
    advanceClock(3_500_000)
    expect(await listSigningKeys(context)).toHaveLength(4)
    advanceClock(101_000)
    const left = (await listSigningKeys(context)).map(({ kid }) => kid)
    expect(left).toHaveLength(2)
    expect(left).not.toContain(before)
  })
})

describe('a running server', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ APP_SECRET: appSecret })
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('signs with a new key once it is due, and publishes the old one on', async () => {
    const sign = async () => {
      const form = { grant_type: 'client_credentials', client_id: 'demo-service' }
      const secret = { client_secret: 'neonpanel-demo-secret' }
      const { body } = await post(`${server.issuer}/oauth2/token`, { ...form, ...secret })
      return decodeProtectedHeader(body.access_token).kid
    }
    const published = async () => {
      const { keys } = (await (await fetch(`${server.issuer}/oauth2/jwks`)).json()) as {
        keys: { kid: string }[]
      }
      return keys.map(({ kid }) => kid)
    }
    const before = await sign()
    const { database } = server
    await rotateSigningKeys({ database, appSecret, config, reloadSigningKeys })
    expect(await sign()).toBe(before)
    advanceClock(301_000)
    // Another process rotated: this one learns of it within half a minute; here it is told.
    await using other = await startServer({ APP_SECRET: appSecret }, database)
    const { keys } = (await (await fetch(`${other.issuer}/oauth2/jwks`)).json()) as {
      keys: { kid: string }[]
    }
    expect(keys.map(({ kid }) => kid)).toContain(before)
    expect(keys).toHaveLength(4)
    expect(await published()).toContain(before)
  })
})
