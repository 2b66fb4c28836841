import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { adminApi } from '../testing/admin-api.ts'
import { post } from '../testing/flow.ts'
import { publicClient, register } from '../testing/registration.ts'
import { startServer, type TestServer } from '../testing/server.ts'
import { holdsNul, holdsNulText } from './nul.ts'

describe('a NUL character', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test.each([
    '/oauth2/authorize?client_id=%00',
    '/oauth2/register/%00',
    '/interaction/%00',
    '/console/api/clients?q=a%00b',
    '/console/users/%00',
  ])('is refused in the address %s', async (path) => {
    expect((await fetch(server.issuer + path, { redirect: 'manual' })).status).toBe(400)
  })

  test.each([
    ['/oauth2/token', { grant_type: 'authorization_code', client_id: 'a\0', code: 'x' }],
    ['/oauth2/revoke', { client_id: 'local-client', token: 'x\0' }],
    ['/oauth2/authorize', { client_id: 'a\0', response_type: 'code' }],
    ['/sign-in', { email: 'a\0@neonpanel.test', password: 'x' }],
  ])('is refused in a form for %s', async (path, form: Record<string, string>) => {
    expect((await post(server.issuer + path, form)).status).toBe(400)
  })

  test('is refused in metadata, and in what an administrator sends', async () => {
    const metadata = { ...publicClient, client_name: 'a\0b' }
    expect((await register(server, metadata, await server.mint())).status).toBe(400)
    const api = adminApi(server)
    expect((await api.post('/initial-access-tokens', { note: 'a\0' })).status).toBe(400)
    expect((await api.patch('/people/prs_owner', { roles: { 'a\0': null } })).status).toBe(400)
    expect((await api.get('/initial-access-tokens')).body.items).toHaveLength(1)
  })

  test('names no client in an Authorization header', async () => {
    const form = { grant_type: 'client_credentials' }
    const authorization = `Basic ${btoa('demo-service%00:x')}`
    const { status } = await post(`${server.issuer}/oauth2/token`, form, { authorization })
    expect([400, 401]).toContain(status)
  })

  test('is told from a percent sign and from what only looks like it', () => {
    expect(holdsNul('a=%2500&b=%01')).toBe(false)
    expect(holdsNul('a=%00')).toBe(true)
    expect(holdsNulText({ a: ['\\u0000', { b: null }] })).toBe(false)
    expect(holdsNulText({ a: [{ 'b\0': 1 }] })).toBe(true)
  })
})
