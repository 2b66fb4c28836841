import { oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { rawRequest } from '../harness/raw-http.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const issuer = 'https://my.neonpanel.com'
const mcpUrl = 'https://mcp.neonpanel.com/mcp'

const stack = await testStack({
  ISSUER_URL: issuer,
  MCP_URL: mcpUrl,
  ADMIN_TOKEN: 'a-long-enough-administrator-token',
  APP_SECRET: 'mN0k2Jq5Xv8Yb1Ce4Fh7Il0Mo3Pr6St9Uw2Zx5Ad8Bg',
  TRUST_PROXY: 'true',
})
const authPort = stack.environment.AUTH_PORT
const mcpPort = stack.environment.MCP_PORT

/** A request as the TLS proxy in front hands it on. */
function throughProxy(host: string, path: string, headers: Record<string, string> = {}) {
  const port = host.startsWith('my.') ? authPort : mcpPort
  return rawRequest(`http://127.0.0.1:${port}${path}`, {
    headers: { host, 'x-forwarded-proto': 'https', 'x-forwarded-host': host, ...headers },
  })
}

describe('with the production names', () => {
  verifies(
    ['contract-1-production-names', 'contract-2.1-trust-proxy', 'contract-2.1-issuer-url'],
    'both servers speak of my.neonpanel.com and mcp.neonpanel.com',
    async () => {
      const auth = await throughProxy('my.neonpanel.com', '/.well-known/oauth-authorization-server')
      expect(JSON.parse(auth.text)).toMatchObject({
        issuer,
        authorization_endpoint: `${issuer}/oauth2/authorize`,
        token_endpoint: `${issuer}/oauth2/token`,
        registration_endpoint: `${issuer}/oauth2/register`,
      })
      const mcp = await throughProxy(
        'mcp.neonpanel.com',
        '/.well-known/oauth-protected-resource/mcp',
      )
      expect(JSON.parse(mcp.text)).toMatchObject({
        resource: mcpUrl,
        authorization_servers: [issuer],
      })
      const refused = await throughProxy('mcp.neonpanel.com', '/mcp')
      expect(refused.status).toBe(401)
      expect(refused.headers['www-authenticate']).toContain(
        'resource_metadata="https://mcp.neonpanel.com/.well-known/oauth-protected-resource/mcp"',
      )
    },
  )

  verifies('AS-165', 'cookies are for https only, and for this host', async () => {
    await stack.database.prisma.client.create({
      data: {
        clientId: 'production-client',
        name: 'App',
        origin: 'administrator',
        metadata: JSON.stringify({
          redirect_uris: ['https://app.example/cb'],
          token_endpoint_auth_method: 'none',
        }),
      },
    })
    const client = oauthClient(stack, {
      clientId: 'production-client',
      redirectUri: 'https://app.example/cb',
    })
    const { search } = new URL(client.authorization().url)
    const { status, headers } = await throughProxy('my.neonpanel.com', `/oauth2/authorize${search}`)
    await stack.database.prisma.client.delete({ where: { clientId: client.clientId } })
    expect(status).toBe(303)
    const cookies = headers['set-cookie'] ?? []
    expect(cookies.length).toBeGreaterThanOrEqual(2)
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__(Host|Secure)-/)
      expect(cookie).toMatch(/; secure/i)
      expect(cookie).toMatch(/; httponly/i)
      expect(cookie).toMatch(/; samesite=(lax|strict)/i)
      expect(cookie).not.toMatch(/; domain=/i)
    }
  })

  verifies('AS-23', 'what came to the proxy in clear is led to https, or refused', async () => {
    const clear = { 'x-forwarded-proto': 'http' }
    const page = await throughProxy('my.neonpanel.com', '/account?x=1', clear)
    expect(page.status).toBe(308)
    expect(page.headers.location).toBe(`${issuer}/account?x=1`)
    const elsewhere = await throughProxy('my.neonpanel.com', '//evil.example/x', clear)
    expect(elsewhere.headers.location).toMatch(/^https:\/\/my\.neonpanel\.com\//)
    const token = await rawRequest(`http://127.0.0.1:${authPort}/oauth2/token`, {
      method: 'POST',
      headers: { host: 'my.neonpanel.com', ...clear },
      body: 'grant_type=refresh_token',
    })
    expect(token.status).toBe(400)
    expect(JSON.parse(token.text).error).toBe('invalid_request')
  })

  verifies('AS-23', 'browsers are told to stay on https', async () => {
    const { headers } = await throughProxy('my.neonpanel.com', '/.well-known/openid-configuration')
    expect(headers['strict-transport-security']).toMatch(/max-age=\d{7,}/)
  })

  verifies('AS-06', 'a request for another host is refused', async () => {
    for (const host of [
      'my.neonpanel.com.evil.example',
      `localhost:${authPort}`,
      'mcp.neonpanel.com',
    ]) {
      const { status, text } = await rawRequest(
        `http://127.0.0.1:${authPort}/.well-known/openid-configuration`,
        { headers: { host, 'x-forwarded-proto': 'https' } },
      )
      expect(status, host).toBeGreaterThanOrEqual(400)
      expect(text).not.toContain(host)
    }
  })

  verifies('contract-2.1-seed', 'there are no demo people and no demo clients', async () => {
    const { prisma } = stack.database
    expect(await prisma.person.count()).toBe(0)
    expect(await prisma.client.count()).toBe(0)
    expect(await prisma.company.count()).toBe(0)
  })

  verifies('contract-2.1-admin-token', 'the local administrator token opens nothing', async () => {
    const local = { authorization: 'Bearer neonpanel-local-admin' }
    expect((await throughProxy('my.neonpanel.com', '/console/api/clients', local)).status).toBe(401)
    const own = { authorization: 'Bearer a-long-enough-administrator-token' }
    expect((await throughProxy('my.neonpanel.com', '/console/api/clients', own)).status).toBe(200)
  })

  verifies(['contract-2.1-test-controls', 'AS-168'], 'there are no test controls', async () => {
    const own = { authorization: 'Bearer a-long-enough-administrator-token' }
    for (const path of ['clock', 'faults', 'requests']) {
      const { status } = await throughProxy('my.neonpanel.com', `/console/api/${path}`, own)
      expect(status, path).toBe(404)
    }
  })
})
