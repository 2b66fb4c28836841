import { type IncomingHttpHeaders, request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { authorizationUrl } from '../testing/flow.ts'
import { startServer, type TestServer } from '../testing/server.ts'

const issuer = 'https://my.example.test'
const staging = {
  ISSUER_URL: issuer,
  MCP_URL: 'https://mcp.example.test/mcp',
  ADMIN_TOKEN: 'twenty-four-characters-x',
  APP_SECRET: 'A'.repeat(43),
}

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A request as a proxy passes it on: `fetch` sets Host itself. */
function get(server: TestServer, path: string, headers: Record<string, string>): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  request(server.origin + path, { headers }, async (response) => {
    let body = ''
    for await (const chunk of response) body += chunk
    resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
  })
    .on('error', reject)
    .end()
  return promise
}

const { pathname, search } = new URL(authorizationUrl(issuer).url)

describe('behind a proxy that ends TLS', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ ...staging, SEED: 'demo', TRUST_PROXY: 'true' })
  })
  afterAll(() => server[Symbol.asyncDispose]())
  const host = 'my.example.test'

  test('everything is https, and said to stay so', async () => {
    const { status, headers, body } = await get(server, '/.well-known/oauth-authorization-server', {
      host,
      'x-forwarded-proto': 'https',
    })
    expect(status).toBe(200)
    expect(headers['strict-transport-security']).toContain('max-age=')
    for (const [name, value] of Object.entries(JSON.parse(body) as Record<string, unknown>)) {
      if (name.endsWith('_endpoint')) expect(value).toMatch(/^https:\/\/my\.example\.test\//)
    }
  })

  test('cookies are secure, and of this host alone', async () => {
    const { headers } = await get(server, pathname + search, { host })
    const cookies = headers['set-cookie'] ?? []
    expect(cookies.length).toBeGreaterThanOrEqual(2)
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__(Host|Secure)-/)
      expect(cookie).toMatch(/; secure/i)
      expect(cookie).toMatch(/; httponly/i)
      expect(cookie).toMatch(/; samesite=lax/i)
    }
  })

  test('the proxy may say which host was asked for, and nobody else', async () => {
    const inside = { host: '10.0.0.7:4400', 'x-forwarded-host': host }
    expect((await get(server, pathname + search, inside)).status).toBe(303)
    const listed = { ...inside, 'x-forwarded-host': `${host}, evil.example` }
    expect((await get(server, pathname + search, listed)).status).toBe(421)
  })

  test.each(['evil.example', 'my.example.test.evil.example', 'localhost', '127.0.0.1:4400', ''])(
    'the host "%s" is not served',
    async (other) => {
      const { status, body } = await get(server, pathname + search, { host: other })
      expect(status).toBeGreaterThanOrEqual(400)
      expect(body).not.toContain('evil.example')
    },
  )

  test('health is told to whoever asks by address', async () => {
    expect((await get(server, '/healthz', { host: '10.0.0.7:4400' })).status).toBe(200)
  })
})

test('without a proxy nobody else says which host was asked for', async () => {
  await using server = await startServer({ ...staging, SEED: 'demo' })
  const forwarded = { host: 'evil.example', 'x-forwarded-host': 'my.example.test' }
  expect((await get(server, '/oauth2/jwks', forwarded)).status).toBe(421)
  const direct = { host: 'my.example.test', 'x-forwarded-host': 'evil.example' }
  expect((await get(server, '/oauth2/jwks', direct)).status).toBe(200)
})
