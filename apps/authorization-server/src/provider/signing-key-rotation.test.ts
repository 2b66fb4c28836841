import { migrate } from '@neonpanel/database/migrate'
import { type Database, openDatabase } from '@neonpanel/database/open'
import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { decodeProtectedHeader } from 'jose'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { post } from '../testing/flow.ts'
import { publicClient, register } from '../testing/registration.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import {
  type RotationContext,
  rotateSigningKeys,
  rotateSigningKeysWhenDue,
} from './signing-key-rotation.ts'
import { listSigningKeys, loadSigningKeys, signingKeyFor } from './signing-keys.ts'

const appSecret = 'A'.repeat(43)
const daysMs = 86_400_000

afterEach(resetClock)

const signer = async (context: RotationContext) =>
  signingKeyFor(await loadSigningKeys(context), 'ES256').kid

describe('rotation', () => {
  let database: Database
  let context: RotationContext
  beforeEach(async () => {
    database = await openDatabase('memory:')
    await migrate(database)
    const config = { accessTokenTtlSeconds: 7_200 }
    const reloadSigningKeys = async () => {}
    context = { database, appSecrets: [appSecret], config, reloadSigningKeys }
    await loadSigningKeys(context)
    return () => database.close()
  })

  test('publishes a key before it signs', async () => {
    const before = await signer(context)
    expect(await rotateSigningKeys(context)).toHaveLength(4)
    expect(await signer(context)).toBe(before)
    advanceClock(299_000)
    expect(await signer(context)).toBe(before)
    advanceClock(2_000)
    expect(await signer(context)).not.toBe(before)
  })

  test('AS-20: keeps a key published until the last token it signed has expired', async () => {
    const before = await signer(context)
    await rotateSigningKeys(context)
    // Signed at the last moment, by a process whose clock is late.
    advanceClock((300 + 7_200 + 59) * 1_000)
    expect((await listSigningKeys(context)).map(({ kid }) => kid)).toContain(before)
    advanceClock(2_000)
    const left = (await listSigningKeys(context)).map(({ kid }) => kid)
    expect(left).toHaveLength(2)
    expect(left).not.toContain(before)
  })

  test('again and again leaves one key of each algorithm that goes on', async () => {
    for (let round = 0; round < 3; round += 1) await rotateSigningKeys(context)
    const keys = await listSigningKeys(context)
    expect(keys).toHaveLength(8)
    expect(keys.filter(({ retiresAt }) => retiresAt === null)).toHaveLength(2)
    advanceClock(301_000)
    const going = keys.find(({ retiresAt, algorithm }) => !retiresAt && algorithm === 'ES256')
    expect(await signer(context)).toBe(going!.kid)
  })

  test('comes by itself once a key has signed for 90 days, and once', async () => {
    expect(await rotateSigningKeysWhenDue(context)).toBe(false)
    advanceClock(90 * daysMs - 1_000)
    expect(await rotateSigningKeysWhenDue(context)).toBe(false)
    advanceClock(2_000)
    expect(await rotateSigningKeysWhenDue(context)).toBe(true)
    expect(await rotateSigningKeysWhenDue(context)).toBe(false)
    advanceClock(301_000)
    expect(await rotateSigningKeysWhenDue(context)).toBe(false)
  })

  test('by hand puts off the one that comes by itself', async () => {
    advanceClock(89 * daysMs)
    await rotateSigningKeys(context)
    advanceClock(2 * daysMs)
    expect(await rotateSigningKeysWhenDue(context)).toBe(false)
  })
})

describe('a running server', () => {
  let server: TestServer
  let context: RotationContext
  beforeAll(async () => {
    server = await startServer({ APP_SECRET: appSecret })
    const { database, config } = server
    context = { database, config, appSecrets: [appSecret], reloadSigningKeys: async () => {} }
  })
  afterAll(() => server[Symbol.asyncDispose]())

  const sign = async ({ issuer }: TestServer) => {
    const form = { grant_type: 'client_credentials', client_id: 'demo-service' }
    const secret = { client_secret: 'neonpanel-demo-secret' }
    const { body } = await post(`${issuer}/oauth2/token`, { ...form, ...secret })
    return decodeProtectedHeader(body.access_token).kid
  }
  const published = async ({ issuer }: TestServer) => {
    const { keys } = (await (await fetch(`${issuer}/oauth2/jwks`)).json()) as {
      keys: { kid: string; d?: string }[]
    }
    return keys
  }

  test('signs with a new key once it is due, and publishes the old one on', async () => {
    const before = await sign(server)
    await rotateSigningKeys(context)
    expect(await sign(server)).toBe(before)
    advanceClock(301_000)
    // Another process rotated; this one notices when the key is due, at the latest within half a minute.
    await using other = await startServer({ APP_SECRET: appSecret }, server.database)
    expect(await published(other)).toHaveLength(4)
    expect((await published(server)).map(({ kid }) => kid)).toContain(before)
    expect(await sign(other)).not.toBe(before)
    for (const key of await published(server)) expect(key).not.toHaveProperty('d')
  })

  test('takes an initial access token that outlives the tokens its key signed otherwise', async () => {
    const short = await server.mint({ ttlSeconds: 60 })
    const long = await server.mint({ ttlSeconds: 10 * 86_400 })
    await rotateSigningKeys(context)
    // Signed between the rotation and the first signature of the next key.
    const later = await server.mint({ ttlSeconds: 20 * 86_400 })
    const environment = { APP_SECRET: appSecret, ISSUER_URL: server.issuer }
    await using other = await startServer(environment, server.database)
    const registerAtOther = (token: string) =>
      register({ issuer: other.origin }, publicClient, token)
    advanceClock(10 * daysMs - 5_000)
    expect((await registerAtOther(long)).status).toBe(201)
    expect((await registerAtOther(short)).status).toBe(401)
    advanceClock(10 * daysMs - 5_000)
    expect((await registerAtOther(later)).status).toBe(201)
    advanceClock(60_000)
    const kids = (await listSigningKeys(server)).map(({ kid }) => kid)
    expect(kids).not.toContain(decodeProtectedHeader(long).kid)
  })
})
