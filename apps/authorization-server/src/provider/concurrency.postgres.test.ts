import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authorize, redeem, refresh, type TokenAnswer } from '../testing/flow.ts'
import { createTestDatabase, type TestDatabase } from '../testing/postgres.ts'
import { publicClient, register } from '../testing/registration.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { loadSigningKeys } from './signing-keys.ts'

// An embedded database runs one statement after the other and would hide these races.
const together = 24

let database: TestDatabase
let servers: TestServer[] = []
let strict: TestServer
let twins: TestServer[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  const environment = { DATABASE_URL: database.url, APP_SECRET: 'A'.repeat(43) }
  // As several processes: each has its own connections and its own caches.
  servers = await Promise.all([1, 2].map(() => startServer(environment)))
  strict = await startServer({ ...environment, REFRESH_LEEWAY_SECONDS: '0' })
  // These two also are one issuer, whose initial access tokens count at both.
  const [first] = servers
  twins = [first!, await startServer({ ...environment, ISSUER_URL: first!.issuer })]
})

afterAll(async () => {
  await Promise.all([...servers, strict, twins[1]!].map((server) => server[Symbol.asyncDispose]()))
  await database[Symbol.asyncDispose]()
})

const atOnce = <Answer>(call: (server: TestServer) => Promise<Answer>, at = servers) =>
  Promise.all(Array.from({ length: together }, (_, index) => call(at[index % at.length]!)))

const count = (answers: readonly { status: number }[], status: number) =>
  answers.filter((answer) => answer.status === status).length

const errors = (answers: readonly TokenAnswer[]) =>
  new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body.error))

describe(`of ${together} simultaneous requests`, () => {
  test('for one code exactly one gets tokens', async () => {
    for (let round = 0; round < 5; round += 1) {
      const authorized = await authorize(servers[0]!)
      const answers = await atOnce((server) => redeem(server, authorized))
      expect([count(answers, 200), count(answers, 400)]).toEqual([1, together - 1])
      expect(errors(answers)).toEqual(new Set(['invalid_grant']))
      const winner = answers.find(({ status }) => status === 200)!
      expect((await refresh(servers[0]!, winner.body.refresh_token)).status).toBe(400)
    }
  })

  test('for one code of a client that gets no refresh token exactly one gets a token', async () => {
    const [server] = servers
    const metadata = { ...publicClient, grant_types: ['authorization_code'] }
    const { body: client } = await register(server!, metadata, await server!.mint())
    const form = { client_id: client.client_id, redirect_uri: client.redirect_uris[0] }
    const request = { clientId: form.client_id, redirectUri: form.redirect_uri }
    const authorized = await authorize(server!, request)
    const answers = await atOnce((at) => redeem(at, authorized, form))
    expect([count(answers, 200), count(answers, 400)]).toEqual([1, together - 1])
    expect(errors(answers)).toEqual(new Set(['invalid_grant']))
  })

  test('to refresh one token exactly one wins where there is no leeway', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { body } = await redeem(strict, await authorize(strict))
      const answers = await atOnce(() => refresh(strict, body.refresh_token))
      expect([count(answers, 200), count(answers, 400)]).toEqual([1, together - 1])
      expect(errors(answers)).toEqual(new Set(['invalid_grant']))
    }
  })

  test('to refresh one token all get the one successor within the leeway', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { body } = await redeem(servers[0]!, await authorize(servers[0]!))
      const answers = await atOnce((server) => refresh(server, body.refresh_token))
      expect(count(answers, 200)).toBe(together)
      const successors = new Set(answers.map((answer) => answer.body.refresh_token))
      expect(successors.size).toBe(1)
      const [successor] = successors
      expect((await refresh(servers[1]!, successor)).status).toBe(200)
    }
  })

  test('with one initial access token as many succeed as it allows', async () => {
    for (const maxUses of [1, 3]) {
      const token = await servers[0]!.mint({ maxUses })
      const answers = await atOnce(
        ({ origin }) => register({ issuer: origin }, publicClient, token),
        twins,
      )
      expect([count(answers, 201), count(answers, 401)]).toEqual([maxUses, together - maxUses])
    }
  })

  test('for the first signing keys all get the same', async () => {
    const { prisma } = servers[0]!.database
    await prisma.signingKey.deleteMany()
    await prisma.setting.deleteMany({ where: { key: 'signing-keys-created' } })
    const sets = await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        loadSigningKeys({ database: servers[index % 2]!.database, appSecrets: ['A'.repeat(43)] }),
      ),
    )
    const names = sets.map((keys) => keys.map(({ kid }) => kid).toSorted())
    for (const set of names) expect(set).toEqual(names[0])
  })
})
