import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { expect, vi } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { freePort } from '../harness/balancer.ts'
import { startAuthorizationServers } from '../harness/cluster.ts'
import { callTool } from '../harness/mcp.ts'
import { runScript } from '../harness/process.ts'
import { verifies } from '../verifies.ts'

// The test starts processes, on machines that may have one core.
vi.setConfig({ testTimeout: 180_000 })

interface Clock {
  offset_seconds: number
  frozen: boolean
}

verifies(
  'clock-shared',
  'a clock that one process shifts is every process’s, and that of one that starts later',
  async () => {
    const port = await freePort()
    const mcpUrl = `http://localhost:${port}/mcp`
    const started = await startAuthorizationServers(2, { MCP_URL: mcpUrl })
    const servers = { ...started, mcpUrl }
    const [here, there] = servers.origins.map((issuer) => adminApi({ ...servers, issuer }))
    const { access_token: token } = await tokensFor(servers)

    expect((await here!.post('/clock', { advance: '61m' })).status).toBe(200)
    const isFollowed = async (wanted: Partial<Clock>) =>
      expect((await there!.get<Clock>('/clock')).body).toMatchObject(wanted)
    await vi.waitFor(() => isFollowed({ offset_seconds: 3_660 }), { timeout: 20_000 })

    runScript('start:mcp', {
      ...servers.database,
      ISSUER_URL: servers.issuer,
      MCP_URL: mcpUrl,
      MCP_PORT: String(port),
      LOG_LEVEL: 'warn',
    })
    const statusAtMcp = async () => (await callTool(mcpUrl, token, 'list_companies')).status
    await vi.waitFor(async () => expect(await statusAtMcp()).toBe(401), { timeout: 60_000 })
    await there!.post('/clock', { reset: true })
    await vi.waitFor(async () => expect(await statusAtMcp()).toBe(200), { timeout: 20_000 })
    await here!.post('/clock', { freeze: true })
    await vi.waitFor(() => isFollowed({ frozen: true }), { timeout: 20_000 })
  },
)
