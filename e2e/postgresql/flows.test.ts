import { codeFlow } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { fetchWithInitialAccessToken } from '@neonpanel/testing-kit/client/sdk-client'
import { expect, onTestFinished, vi } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { freePort, startBalancer } from '../harness/balancer.ts'
import { migratedDatabase, ready } from '../harness/cluster.ts'
import { openEventStream } from '../harness/event-stream.ts'
import { connectSdk, type FlowJson, flowsOf } from '../harness/flows.ts'
import { runScript } from '../harness/process.ts'
import { verifies } from '../verifies.ts'

// The test starts processes, on machines that may have one core.
vi.setConfig({ testTimeout: 180_000 })

/** Two processes of the authorization server behind a balancer and one of the resource server, on one database. */
async function startProcesses() {
  const database = await migratedDatabase()
  const balancer = await startBalancer()
  const mcpPort = await freePort()
  const issuer = `http://localhost:${balancer.port}`
  const mcpUrl = `http://localhost:${mcpPort}/mcp`
  const environment = {
    ...database,
    ISSUER_URL: issuer,
    MCP_URL: mcpUrl,
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
  }
  const authPorts = [await freePort(), await freePort()]
  for (const port of authPorts) {
    runScript('start:auth', { ...environment, AUTH_PORT: String(port) })
    await ready(port)
  }
  balancer.forwardTo(authPorts)
  runScript('start:mcp', { ...environment, MCP_PORT: String(mcpPort) })
  await ready(mcpPort)
  return { issuer, mcpUrl, adminToken: 'neonpanel-local-admin' }
}

verifies(
  ['contract-6-flows', 'contract-6-flows-live', 'contract-9-any-number'],
  'a flow through several processes is one, and every process tells of it',
  async () => {
    const servers = await startProcesses()
    const flows = flowsOf(servers)
    const followers = await Promise.all(
      [1, 2].map(() =>
        openEventStream(`${servers.issuer}/console/api/flows/events`, bearer(servers.adminToken)),
      ),
    )
    for (const follower of followers) {
      onTestFinished(() => follower.close())
      expect(await follower.next()).toMatchObject({ event: 'ready' })
    }
    const { initial_access_token } = await adminApi(servers).mint()
    const fetch = fetchWithInitialAccessToken(servers, initial_access_token)
    const { finish } = await connectSdk(servers, {}, fetch)
    const client = await finish()
    await client.callTool({ name: 'list_companies', arguments: {} })
    await client.close()

    // Each process writes a moment after it answered.
    await vi.waitFor(async () => expect((await flows.list())[0]?.step).toBe('tool_call'), 10_000)
    const [flow, ...others] = await flows.list()
    expect(others).toEqual([])
    expect(new Set(Object.values(flow!.steps))).toEqual(new Set(['ok']))
    for (const follower of followers) {
      let last: FlowJson | undefined
      while (last?.step !== 'tool_call') {
        const { event, data } = await follower.next()
        if (event === 'flow') last = JSON.parse(data)
      }
      expect(last).toMatchObject({ id: flow!.id, status: 'completed' })
    }

    const { redeem } = await codeFlow(servers)
    await redeem({ code_verifier: 'w'.repeat(43) })
    await vi.waitFor(async () => expect((await flows.list())[0]?.status).toBe('failed'), 10_000)
    expect((await flows.list())[0]).toMatchObject({ step: 'token', client_id: 'local-client' })
    expect(await flows.list()).toHaveLength(2)
  },
)
