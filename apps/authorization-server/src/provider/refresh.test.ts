import { advanceClock, resetClock } from '@neonpanel/process/clock'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { refresh, tokens } from '../testing/flow.ts'
import { startServer, type TestServer } from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server[Symbol.asyncDispose]())
afterEach(resetClock)

const refused = { status: 400, body: { error: 'invalid_grant' } }

async function firstToken(scope = 'read:companies read:inventory'): Promise<string> {
  return (await tokens(server, { scope })).body.refresh_token
}

describe('a refresh', () => {
  test('rotates the token and keeps the scope', async () => {
    const first = await firstToken()
    const { status, body } = await refresh(server, first)
    expect(status).toBe(200)
    expect(body.refresh_token).not.toBe(first)
    expect(body.scope).toBe('read:companies read:inventory')
  })

  test('may narrow the scope once, and never widen it', async () => {
    const first = await firstToken()
    const narrow = await refresh(server, first, { scope: 'read:companies' })
    expect(narrow.body.scope).toBe('read:companies')
    const wide = await refresh(server, narrow.body.refresh_token, { scope: 'read:cogs' })
    expect([wide.status, wide.body.error]).toEqual([400, 'invalid_scope'])
    const full = await refresh(server, narrow.body.refresh_token)
    expect(full.body.scope).toBe('read:companies read:inventory')
  })

  test('works without a session, and when the resource is repeated or left out', async () => {
    const first = await firstToken()
    const again = await refresh(server, first, { resource: server.config.mcpUrl })
    expect((await refresh(server, again.body.refresh_token)).status).toBe(200)
  })

  test('that names another resource costs nothing', async () => {
    const first = await firstToken()
    const wrong = await refresh(server, first, { resource: 'https://other.example' })
    expect([wrong.status, wrong.body.error]).toEqual([400, 'invalid_target'])
    expect((await refresh(server, first)).status).toBe(200)
  })

  test('slides on, but not beyond the grant', async () => {
    let token = await firstToken()
    for (let month = 0; month < 12; month += 1) {
      advanceClock(29 * 86_400_000)
      const { status, body } = await refresh(server, token)
      expect(status).toBe(200)
      token = body.refresh_token
    }
    advanceClock(20 * 86_400_000)
    expect(await refresh(server, token)).toMatchObject(refused)
  })

  test('is refused once the token is unused for too long', async () => {
    const first = await firstToken()
    advanceClock(31 * 86_400_000)
    expect(await refresh(server, first)).toMatchObject(refused)
  })

  test.each([
    ['by another client', { client_id: 'mcp-inspector' }, 'invalid_grant'],
    ['with an unknown token', { refresh_token: 'x'.repeat(43) }, 'invalid_grant'],
    ['without a token', { refresh_token: '' }, 'invalid_request'],
    ['by an unknown client', { client_id: 'nobody' }, 'invalid_client'],
  ])('is refused %s, and the token stays good', async (_, form, error) => {
    const first = await firstToken()
    expect((await refresh(server, first, form)).body.error).toBe(error)
    expect((await refresh(server, first)).status).toBe(200)
  })

  test('is refused to a client that is not registered for it', async () => {
    const { status, body } = await refresh(server, await firstToken(), {
      client_id: 'demo-service',
      client_secret: 'neonpanel-demo-secret',
    })
    expect(status).toBe(400)
    expect(body).not.toHaveProperty('access_token')
  })

  test('is refused once the person or the client is suspended', async () => {
    await using other = await startServer()
    const { prisma } = other.database
    const one = await tokens(other)
    const two = await tokens(other, { email: 'warehouse@neonpanel.test' })
    await prisma.person.update({ where: { id: 'prs_owner' }, data: { suspendedAt: new Date() } })
    expect(await refresh(other, one.body.refresh_token)).toMatchObject(refused)
    const where = { clientId: 'local-client' }
    await prisma.client.update({ where, data: { suspendedAt: new Date() } })
    expect((await refresh(other, two.body.refresh_token)).body.error).toBe('invalid_client')
  })

  test('carries no scope that the person has lost', async () => {
    await using other = await startServer()
    const { body } = await tokens(other, { scope: 'read:companies read:inventory read:cogs' })
    await other.database.prisma.membership.updateMany({
      where: { personId: 'prs_owner' },
      data: { role: 'Viewer' },
    })
    const refreshed = await refresh(other, body.refresh_token)
    expect(refreshed.body.scope).toBe('read:companies read:inventory')
  })
})

describe('a retried refresh', () => {
  test('gets the same successor while that is unused', async () => {
    const first = await firstToken()
    const one = await refresh(server, first)
    advanceClock(9_000)
    const two = await refresh(server, first)
    expect(two.status).toBe(200)
    expect(two.body.refresh_token).toBe(one.body.refresh_token)
    expect((await refresh(server, two.body.refresh_token)).status).toBe(200)
  })

  test('after the leeway ends the family', async () => {
    const first = await firstToken()
    const one = await refresh(server, first)
    advanceClock(10_001)
    expect(await refresh(server, first)).toMatchObject(refused)
    expect(await refresh(server, one.body.refresh_token)).toMatchObject(refused)
  })

  test('after its successor was used is a theft, however soon', async () => {
    const first = await firstToken()
    const one = await refresh(server, first)
    const two = await refresh(server, one.body.refresh_token)
    expect(await refresh(server, first)).toMatchObject(refused)
    expect(await refresh(server, two.body.refresh_token)).toMatchObject(refused)
  })

  test('is a theft at once where there is no leeway', async () => {
    await using strict = await startServer({ REFRESH_LEEWAY_SECONDS: '0' })
    const { body } = await tokens(strict)
    const one = await refresh(strict, body.refresh_token)
    expect(await refresh(strict, body.refresh_token)).toMatchObject(refused)
    expect(await refresh(strict, one.body.refresh_token)).toMatchObject(refused)
  })
})
