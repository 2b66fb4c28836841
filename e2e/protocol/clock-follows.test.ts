import { startStack } from '@neonpanel/stack'
import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { parametersOf } from '@neonpanel/testing-kit/client/http'
import { challengeOf } from '@neonpanel/testing-kit/client/oauth-client'
import { afterAll, afterEach, describe, expect } from 'vitest'
import { startDocumentServer } from '../../apps/authorization-server/src/testing/document-server.ts'
import { taskTools } from '../conformance/fixtures/task-tools.ts'
import { adminApi } from '../harness/admin.ts'
import { boundClient, callWith, createProofKey } from '../harness/dpop.ts'
import { rawRequest } from '../harness/raw-http.ts'
import { freshDatabase, quietEnvironment, stackForTest } from '../harness/stack.ts'
import { taskClient } from '../harness/tasks.ts'
import { verifies } from '../verifies.ts'

const web = await startDocumentServer()
const { variables, remove } = await freshDatabase()
const stack = await startStack({
  environment: { ...quietEnvironment, ...variables, REVOCATION_CHECK_SECONDS: '0' },
  parts: [taskTools],
})
afterAll(async () => {
  web[Symbol.dispose]()
  await stack.stop()
  await remove()
})

const admin = adminApi(stack)
const advance = (length: string) => admin.post('/clock', { advance: length })

afterEach(async () => {
  await admin.post('/clock', { reset: true })
})

describe('the clock that a test moves is followed by', () => {
  verifies('clock-shifted', 'the cache of client metadata documents', async () => {
    const client_id = `${web.origin}/followed.json`
    const redirectUri = 'http://127.0.0.1:33418/callback'
    const body = { client_id, client_name: 'Documented app', redirect_uris: [redirectUri] }
    web.served.set('/followed.json', { body })
    const fetched = async () => {
      await codeFlow(stack, { client: { clientId: client_id, redirectUri } })
      return web.requests.filter((path) => path === '/followed.json').length
    }
    const first = await fetched()
    expect(await fetched()).toBe(first)
    await advance('25h')
    expect(await fetched()).toBe(first + 1)
  })

  verifies('clock-shifted', 'proofs of possession', async () => {
    const client = boundClient(stack, await createProofKey())
    const { access_token: token } = await client.tokens()
    const old = await client.proofFor(token)
    await advance('10m')
    expect((await callWith(stack.mcpUrl, token, { proof: old })).status).toBe(401)
    const proof = await client.proofFor(token)
    expect((await callWith(stack.mcpUrl, token, { proof })).status).toBe(200)
  })

  verifies('clock-shifted', 'tasks', async () => {
    const { access_token: token, client } = await tokensFor(stack)
    const tasks = taskClient(stack.mcpUrl, token)
    const taskId = await tasks.begin('slow_compute', { seconds: 0 })
    await tasks.reaches(taskId, 'completed')
    await advance('61m')
    const { body } = await client.refresh((await tokensFor(stack)).refresh_token)
    const { rpc } = await taskClient(stack.mcpUrl, body.access_token).send('tasks/get', { taskId })
    expect(rpc.error?.code).toBe(-32_602)
  })

  verifies('clock-shifted', 'what is written down of it', async () => {
    await admin.post('/clock', { set: '2031-05-01T12:00:00Z' })
    await tokensFor(stack)
    for (const path of ['/audit', '/grants', '/flows', '/requests']) {
      const { body } = await admin.get<{ items: unknown[] }>(path)
      expect(JSON.stringify(body.items), path).toMatch(/2031-05-01T12:0|193540\d{4}/)
    }
  })
})

describe('off loopback', () => {
  const environment = {
    ISSUER_URL: 'https://my.example.test',
    MCP_URL: 'https://mcp.example.test/mcp',
    ADMIN_TOKEN: 'a-long-enough-administrator-token',
    APP_SECRET: 'mN0k2Jq5Xv8Yb1Ce4Fh7Il0Mo3Pr6St9Uw2Zx5Ad8Bg',
    SEED: 'demo',
    TRUST_PROXY: 'true',
  }
  const headers = {
    host: 'my.example.test',
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '203.0.113.7',
  }
  const api = (port: string | undefined, path: string, body: unknown) => {
    const text = JSON.stringify(body)
    return rawRequest(`http://127.0.0.1:${port}/console/api${path}`, {
      method: 'POST',
      body: text,
      headers: {
        ...headers,
        authorization: `Bearer ${environment.ADMIN_TOKEN}`,
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(text)),
      },
    })
  }

  verifies('clock-shifted', 'there is no clock to move, unless it is staging', async () => {
    const production = await stackForTest(environment)
    const { AUTH_PORT: closed } = production.environment
    expect((await api(closed, '/clock', { advance: '1h' })).status).toBe(404)
    await expect(stackForTest({ ...environment, TEST_CONTROLS: 'true' })).rejects.toThrow(
      'TEST_CONTROLS',
    )
    const staging = await stackForTest({ ...environment, TEST_CONTROLS: 'staging' })
    const { AUTH_PORT: open } = staging.environment
    expect((await api(open, '/clock', { advance: '1h' })).status).toBe(200)
  })

  verifies('auto-consent', 'somebody decides by themselves in staging alone', async () => {
    const wish = { person: 'owner@neonpanel.test', mode: 'approve' }
    const production = await stackForTest(environment)
    expect((await api(production.environment.AUTH_PORT, '/auto-consent', wish)).status).toBe(404)
    const staging = await stackForTest({ ...environment, TEST_CONTROLS: 'staging' })
    const port = staging.environment.AUTH_PORT
    expect((await api(port, '/auto-consent', wish)).status).toBe(200)
    const query = parametersOf({
      client_id: 'claude',
      redirect_uri: 'https://claude.ai/api/mcp/auth_callback',
      response_type: 'code',
      scope: 'read:companies',
      state: 'x',
      code_challenge: challengeOf('v'.repeat(43)),
      code_challenge_method: 'S256',
    })
    const url = `http://127.0.0.1:${port}/oauth2/authorize?${query}`
    const answer = await rawRequest(url, { headers })
    expect(answer.headers.location).toMatch(/^https:\/\/claude\.ai\/api\/mcp\/auth_callback\?code=/)
    expect(answer.headers['set-cookie']?.join()).toContain('__Host-session=')
  })
})
