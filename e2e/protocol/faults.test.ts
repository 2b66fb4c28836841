import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, send } from '@neonpanel/testing-kit/client/http'
import { claude, localClient } from '@neonpanel/testing-kit/client/oauth-client'
import { afterEach, describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { passTime } from '../harness/clock.ts'
import { callTool } from '../harness/mcp.ts'
import { rawRequest } from '../harness/raw-http.ts'
import { stackForTest, testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const api = adminApi(stack)

interface AnsweredFault {
  readonly id: string
  readonly hits: number
  readonly seen: number
  readonly where: Record<string, unknown>
}

afterEach(() => api.post('/reset', {}))

async function breakIt(fault: object): Promise<AnsweredFault> {
  const { status, body, text } = await api.post<AnsweredFault>('/faults', fault)
  expect(status, text).toBe(201)
  return body
}

const faultsOn = async () => (await api.get<{ items: AnsweredFault[] }>('/faults')).body.items

const jwks = () => send(`${stack.issuer}/oauth2/jwks`).then(({ status }) => status)

async function statusesOf(count: number) {
  const statuses: number[] = []
  while (statuses.length < count) statuses.push(await jwks())
  return statuses
}

describe('a fault is', () => {
  verifies('fault-scope', 'for one client, and another one does not meet it', async () => {
    await breakIt({
      where: { endpoint: 'token', client_id: claude.clientId },
      what: { oauth_error: { error: 'temporarily_unavailable' } },
    })
    await expect(tokensFor(stack, { client: claude })).rejects.toThrow('temporarily_unavailable')
    expect((await tokensFor(stack, { client: localClient })).access_token).toBeTruthy()
  })

  verifies('fault-scope', 'for one person, at the token endpoint and at the tools', async () => {
    const owner = await tokensFor(stack)
    const analyst = await tokensFor(stack, { person: 'analyst' })
    const { where } = await breakIt({
      where: { endpoint: ['token', 'mcp'], person: 'analyst@neonpanel.test' },
      what: { status: 503 },
    })
    expect(where.person).toBe('prs_analyst')
    const call = (token: string) => callTool(stack.mcpUrl, token, 'list_companies')
    expect((await call(owner.access_token)).status).toBe(200)
    expect((await call(analyst.access_token)).status).toBe(503)
    expect((await owner.client.refresh(owner.refresh_token)).status).toBe(200)
    expect((await analyst.client.refresh(analyst.refresh_token)).status).toBe(503)
  })

  verifies(
    'fault-scope',
    'for one step of one client or person, also where a browser speaks for both',
    async () => {
      await breakIt({ where: { step: 'consent', client_id: 'claude' }, what: { status: 502 } })
      await expect(tokensFor(stack, { client: claude })).rejects.toThrow('502 at /interaction')
      expect((await tokensFor(stack)).access_token).toBeTruthy()
      await api.remove('/faults')
      await breakIt({ where: { step: 'code', person: 'prs_analyst' }, what: { status: 502 } })
      await expect(tokensFor(stack, { person: 'analyst' })).rejects.toThrow(
        '502 at /oauth2/authorize',
      )
      expect((await tokensFor(stack)).access_token).toBeTruthy()
    },
  )

  verifies('fault-scope', 'for one grant, by a code or a refresh token', async () => {
    const { refresh_token, client } = await tokensFor(stack)
    await breakIt({
      where: { grant_type: 'refresh_token', person: 'prs_owner' },
      what: { as_if: 'refresh_token_used' },
    })
    expect((await client.refresh(refresh_token)).body.error).toBe('invalid_grant')
    expect((await tokensFor(stack)).access_token).toBeTruthy()
    await api.remove('/faults')
    // What is stored stays as it was.
    expect((await client.refresh(refresh_token)).status).toBe(200)
  })

  verifies('fault-scope', 'for one tool', async () => {
    const { access_token } = await tokensFor(stack)
    await breakIt({ where: { tool: 'list_companies' }, what: { status: 502 } })
    expect((await callTool(stack.mcpUrl, access_token, 'list_companies')).status).toBe(502)
    const input = { query: 'mug' }
    expect((await callTool(stack.mcpUrl, access_token, 'search', input)).status).toBe(200)
  })

  verifies('fault-scope', 'for one server: each of them has metadata', async () => {
    await breakIt({
      where: { server: 'resource-server', endpoint: 'authorization_server_metadata' },
      what: { status: 503 },
    })
    const path = '/.well-known/oauth-authorization-server'
    expect((await send(stack.issuer + path)).status).toBe(200)
    expect((await send(new URL(path, stack.mcpUrl).href)).status).toBe(503)
  })

  verifies('fault-scope', 'for the second request, or every second one', async () => {
    await breakIt({ where: { endpoint: 'jwks', nth: 2 }, what: { status: 503 } })
    expect(await statusesOf(3)).toEqual([200, 503, 200])
    await api.remove('/faults')
    const { id } = await breakIt({ where: { endpoint: 'jwks', every: 2 }, what: { status: 503 } })
    expect(await statusesOf(4)).toEqual([200, 503, 200, 503])
    expect(await faultsOn()).toMatchObject([{ id, seen: 4, hits: 2 }])
  })

  verifies('fault-scope', 'for the same requests whenever the same seed is drawn', async () => {
    const unlucky = { where: { endpoint: 'jwks', probability: 0.5 }, what: { status: 503 } }
    const { where } = await breakIt(unlucky)
    expect(where.seed).toEqual(expect.any(Number))
    const first = await statusesOf(16)
    await api.remove('/faults')
    await breakIt({ ...unlucky, where })
    expect(await statusesOf(16)).toEqual(first)
  })

  verifies(
    'fault-end',
    'gone after its count, after its time, or when it is turned off',
    async () => {
      const fault = { where: { endpoint: 'jwks' }, what: { status: 503 } }
      await breakIt({ ...fault, until: { count: 2 } })
      expect(await statusesOf(3)).toEqual([503, 503, 200])
      await breakIt({ ...fault, until: { expires_in_seconds: 60 } })
      expect(await jwks()).toBe(503)
      passTime(61)
      expect(await jwks()).toBe(200)
      const { id } = await breakIt(fault)
      expect(await jwks()).toBe(503)
      expect((await api.remove(`/faults/${id}`)).status).toBe(204)
      expect(await jwks()).toBe(200)
      expect(await faultsOn()).toEqual([])
    },
  )

  verifies('fault-end', 'what a hanging request waits for: it ends with the fault', async () => {
    const { id } = await breakIt({ where: { endpoint: 'jwks' }, what: { hang: true } })
    const hanging = expect(jwks()).rejects.toThrow('fetch failed')
    await expect.poll(async () => (await faultsOn())[0]?.hits).toBe(1)
    await api.remove(`/faults/${id}`)
    await hanging
  })

  verifies(
    'fault-kinds',
    'a delay for whom it is for: who asks later is answered first',
    async () => {
      const order: string[] = []
      const where = { endpoint: 'userinfo' }
      await breakIt({ where, what: { delay_ms: 400 } })
      const delayed = send(`${stack.issuer}/oauth2/userinfo`).then(() => order.push('delayed'))
      await expect.poll(async () => (await faultsOn())[0]?.hits).toBe(1)
      await jwks().then(() => order.push('prompt'))
      await delayed
      expect(order).toEqual(['prompt', 'delayed'])
    },
  )

  verifies('fault-end', 'no obstacle for the console, whatever else it strikes', async () => {
    await breakIt({ what: { drop_connection: true } })
    await expect(jwks()).rejects.toThrow('fetch failed')
    await expect(send(stack.mcpUrl)).rejects.toThrow('fetch failed')
    expect((await send(`${stack.issuer}/console`, { redirect: 'manual' })).status).toBe(303)
    expect((await api.remove('/faults')).status).toBe(204)
    expect(await jwks()).toBe(200)
  })

  verifies(
    'fault-kinds',
    'one of several: waits, changes and damage add up, and one answers',
    async () => {
      const metadata = `${stack.issuer}/.well-known/openid-configuration`
      const where = { endpoint: 'openid_configuration' }
      await breakIt({ where, what: { json: { set: { issuer: 'https://other.example' } } } })
      await breakIt({ where, what: { json: { remove: ['jwks_uri'] }, headers: { 'X-Odd': '1' } } })
      const { body, headers } = await send<Record<string, unknown>>(metadata)
      expect(body.issuer).toBe('https://other.example')
      expect(body).not.toHaveProperty('jwks_uri')
      expect(headers.get('x-odd')).toBe('1')
      expect(headers.get('cache-control')).toBe('no-store')
      await breakIt({ where, what: { truncate_at_bytes: 10 } })
      expect(await (await fetch(metadata)).text()).toHaveLength(10)
    },
  )
})

describe('faults are nowhere', () => {
  verifies('contract-6-test-controls', 'without TEST_CONTROLS', async () => {
    const without = await stackForTest({ TEST_CONTROLS: 'false' })
    for (const path of ['/faults', '/faults/presets']) {
      expect((await adminApi(without).get(path)).status, path).toBe(404)
    }
    expect((await adminApi(without).post('/faults', { what: { status: 500 } })).status).toBe(404)
  })

  verifies('contract-6-test-controls', 'for whoever has no administrator’s token', async () => {
    const faults = `${stack.issuer}/console/api/faults`
    for (const headers of [{}, bearer('wrong')]) {
      expect((await send(faults, { method: 'DELETE', headers })).status).toBe(401)
    }
  })

  verifies('contract-2.1-test-controls', 'off loopback, unless it is staging', async () => {
    const elsewhere = {
      ISSUER_URL: 'https://as.example',
      MCP_URL: 'https://rs.example/mcp',
      ADMIN_TOKEN: 'a-token-of-some-length-1234',
      APP_SECRET: 'mN0k2Jq5Xv8Yb1Ce4Fh7Il0Mo3Pr6St9Uw2Zx5Ad8Bg',
    }
    await expect(stackForTest({ ...elsewhere, TEST_CONTROLS: 'true' })).rejects.toThrow(
      'TEST_CONTROLS',
    )
    const staging = await stackForTest({ ...elsewhere, TEST_CONTROLS: 'staging' })
    const here = `http://127.0.0.1:${staging.environment.AUTH_PORT}`
    const headers = { ...bearer(staging.adminToken), host: 'as.example' }
    expect((await rawRequest(`${here}/console/api/faults`, { headers })).status).toBe(200)
  })
})
