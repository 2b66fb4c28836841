import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authorizationUrl, authorize, post, redeem, refresh } from '../testing/flow.ts'
import {
  createTestDatabase,
  type DatabaseLine,
  openDatabaseLine,
  type TestDatabase,
} from '../testing/postgres.ts'
import { publicClient, register } from '../testing/registration.ts'
import { startServer, type TestServer } from '../testing/server.ts'

let database: TestDatabase
let line: DatabaseLine
let server: TestServer

beforeAll(async () => {
  database = await createTestDatabase()
  line = await openDatabaseLine(database.url)
  server = await startServer({ DATABASE_URL: line.url, APP_SECRET: 'A'.repeat(43) })
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  line[Symbol.dispose]()
  await database[Symbol.asyncDispose]()
})

describe('while the database is away', () => {
  test('every endpoint asks to come back later, and all goes on afterwards', async () => {
    const token = await server.mint()
    const authorized = await authorize(server)
    const { body } = await redeem(server, await authorize(server))
    const { issuer } = server
    line.cut()
    try {
      const answers = {
        code: await redeem(server, authorized),
        refresh: await refresh(server, body.refresh_token),
        register: await register(server, publicClient, token),
        revoke: await post(`${issuer}/oauth2/revoke`, { client_id: 'x', token: 'y' }),
        ready: await fetch(`${issuer}/readyz`),
      }
      for (const [call, { status }] of Object.entries(answers)) expect(status, call).toBe(503)
      const { code, refresh: refreshed } = answers
      for (const answer of [code, refreshed, answers.register]) {
        expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
        expect(answer.body.error).toBe('temporarily_unavailable')
      }
      const page = await fetch(authorizationUrl(issuer).url, {
        headers: { accept: 'text/html' },
        redirect: 'manual',
      })
      expect([page.status, page.headers.get('location')]).toEqual([503, null])
      expect(page.headers.get('content-type')).toContain('text/html')
      expect((await fetch(`${issuer}/healthz`)).status).toBe(200)
    } finally {
      line.restore()
    }
    expect((await redeem(server, authorized)).status).toBe(200)
    expect((await refresh(server, body.refresh_token)).status).toBe(200)
    expect((await register(server, publicClient, token)).status).toBe(201)
  })
})
