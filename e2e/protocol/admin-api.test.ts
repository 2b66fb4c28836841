import { send } from '@neonpanel/testing-kit/client/http'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const api = adminApi(stack)

/** CONTRACT section 6, in the words of OpenAPI. */
const promised = {
  '/initial-access-tokens': ['get', 'post'],
  '/initial-access-tokens/{jti}': ['delete'],
  '/clients': ['get', 'post'],
  '/clients/{client_id}': ['get', 'patch', 'delete'],
  '/people': ['get'],
  '/people/{id}': ['patch'],
  '/grants': ['get'],
  '/grants/{id}': ['delete'],
  '/keys': ['get'],
  '/keys/rotate': ['post'],
  '/audit': ['get'],
  '/flows': ['get'],
  '/flows/{id}': ['get'],
} as const

const testControls = {
  '/faults': ['get', 'post', 'delete'],
  '/clock': ['get', 'post'],
  '/reset': ['post'],
  '/tokens': ['post'],
  '/requests': ['get'],
} as const

interface Description {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const described = async (of = stack) =>
  (await adminApi(of).get<Description>('/openapi.json')).body.paths

describe('the admin API', () => {
  verifies('contract-6-paths', 'describes every method and path of the contract', async () => {
    const paths = await described()
    for (const [path, methods] of Object.entries(promised)) {
      expect(Object.keys(paths[path] ?? {}), path).toEqual(expect.arrayContaining([...methods]))
    }
  })

  verifies(
    'contract-6-bearer',
    'answers nothing of what it describes without the token of the administrator',
    async () => {
      for (const [path, methods] of Object.entries(await described())) {
        const url = `${stack.issuer}/console/api${path.replaceAll(/\{\w+\}/g, 'x')}`
        for (const method of Object.keys(methods).map((name) => name.toUpperCase())) {
          const stranger = await send(url, { method })
          expect(stranger.status, `${method} ${path}`).toBe(401)
          expect(stranger.headers.get('www-authenticate')).toMatch(/^Bearer /)
        }
      }
      expect((await api.get('/keys')).status).toBe(200)
    },
  )

  verifies(
    'contract-6-test-controls',
    'has test controls where they are on, and no trace of them elsewhere',
    async () => {
      const bare = await stackForTest({ TEST_CONTROLS: 'false' })
      const [here, there] = [await described(), await described(bare)]
      for (const [path, methods] of Object.entries(testControls)) {
        expect(Object.keys(here[path] ?? {}), path).toEqual(expect.arrayContaining([...methods]))
        expect(there[path], path).toBeUndefined()
        expect((await adminApi(bare).post(path, {})).status, path).toBe(404)
      }
      expect(there['/keys']).toBeDefined()
    },
  )

  verifies('contract-6-people', 'suspends people, and gives and takes their roles', async () => {
    const outsider = '/people/prs_outsider'
    const joined = await api.patch(outsider, { roles: { co_tallow: 'Viewer' } })
    expect(joined.body).toMatchObject({ roles: { co_tallow: 'Viewer' }, suspended: false })
    expect((await api.patch(outsider, { suspended: true })).body.suspended).toBe(true)
    const left = await api.patch(outsider, { suspended: false, roles: { co_tallow: null } })
    expect(left.body).toMatchObject({ roles: {}, suspended: false })
    expect((await api.patch(outsider, { roles: { co_tallow: 'King' } })).status).toBe(400)
    expect((await api.patch(outsider, { suspended: 'yes' })).status).toBe(400)
  })

  verifies('contract-6-mint', 'mints a token with exactly what the contract names', async () => {
    const answer = await api.post('/initial-access-tokens', {
      ttl_seconds: 900,
      max_uses: 1,
      note: 'contract',
      allowed_redirect_hosts: [],
      allowed_scopes: [],
    })
    expect(answer.status).toBe(201)
    expect(answer.body).toEqual({
      initial_access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      jti: expect.any(String),
      expires_at: expect.any(Number),
      max_uses: 1,
      registration_endpoint: `${stack.issuer}/oauth2/register`,
    })
    expect((await api.post('/initial-access-tokens', { max_uses: 101 })).status).toBe(400)
    expect((await api.post('/initial-access-tokens', { ttl_seconds: 0 })).status).toBe(400)
  })
})
