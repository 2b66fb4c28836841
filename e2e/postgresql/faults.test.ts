import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { send } from '@neonpanel/testing-kit/client/http'
import { describe, expect, vi } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { freePort } from '../harness/balancer.ts'
import { migratedDatabase, ready } from '../harness/cluster.ts'
import { callTool } from '../harness/mcp.ts'
import { runScript } from '../harness/process.ts'
import { verifies } from '../verifies.ts'

// Each test starts processes, on machines that may have one core.
vi.setConfig({ testTimeout: 180_000 })

/** Two processes of the authorization server and one of the MCP server, each started by itself. */
async function startProcesses(testControls: string) {
  const database = await migratedDatabase()
  const [first, second, mcp] = [await freePort(), await freePort(), await freePort()]
  const issuer = `http://localhost:${first}`
  const mcpUrl = `http://localhost:${mcp}/mcp`
  const environment = {
    ...database,
    ISSUER_URL: issuer,
    MCP_URL: mcpUrl,
    SEED: 'demo',
    TEST_CONTROLS: testControls,
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
  }
  for (const port of [first, second]) {
    runScript('start:auth', { ...environment, AUTH_PORT: String(port) })
    await ready(port)
  }
  runScript('start:mcp', { ...environment, MCP_PORT: String(mcp) })
  await ready(mcp)
  const adminToken = 'neonpanel-local-admin'
  const jwksAt = (port: number) => async () =>
    (await send(`http://localhost:${port}/oauth2/jwks`)).status
  return {
    stack: { issuer, mcpUrl, adminToken },
    api: adminApi({ issuer, mcpUrl, adminToken }),
    jwks: [jwksAt(first), jwksAt(second)] as const,
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

describe('several processes on one database', () => {
  verifies(
    'fault-processes',
    'are all struck by a fault that one of them was told of, and count it together',
    async () => {
      const { stack, api, jwks } = await startProcesses('true')
      const { access_token } = await tokensFor(stack)
      const call = async () => (await callTool(stack.mcpUrl, access_token, 'list_companies')).status
      expect(await call()).toBe(200)
      await api.post('/faults', { where: { endpoint: 'mcp' }, what: { status: 502 } })
      await expect.poll(call).toBe(502)
      await api.remove('/faults')
      await expect.poll(call).toBe(200)

      const count = 7
      await api.post('/faults', {
        where: { endpoint: 'jwks' },
        what: { status: 503 },
        until: { count },
      })
      // The second process has heard of it when it strikes for the first time.
      await expect.poll(jwks[1]).toBe(503)
      const asked = Array.from({ length: 20 }, (_, index) => jwks[index % 2]!())
      const struck = (await Promise.all(asked)).map((status) => Number(status === 503))
      expect(sum(struck)).toBe(count - 1)
      const { body } = await api.get<{ items: unknown[] }>('/faults')
      expect(body.items).toEqual([])
    },
  )

  verifies(
    'fault-processes',
    'have none where TEST_CONTROLS is off, whatever lies in the database',
    async () => {
      const { stack, api, jwks } = await startProcesses('false')
      expect((await api.post('/faults', { what: { status: 500 } })).status).toBe(404)
      expect(await jwks[1]()).toBe(200)
      const { access_token } = await tokensFor(stack)
      const { status } = await callTool(stack.mcpUrl, access_token, 'list_companies')
      expect(status).toBe(200)
    },
  )
})
