import { codeFlow, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { register } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect, inject, onTestFinished, vi } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { type Balancer, freePort, startBalancer } from '../harness/balancer.ts'
import { migratedDatabase, ready } from '../harness/cluster.ts'
import { boundClient, callWith, createProofKey } from '../harness/dpop.ts'
import { openEventStream } from '../harness/event-stream.ts'
import { callTool, initializeMessage, mcpRequest, openSession, rpc } from '../harness/mcp.ts'
import { createDatabase } from '../harness/postgresql.ts'
import { runScript, type ServerProcess } from '../harness/process.ts'
import { verifies } from '../verifies.ts'

// Each test starts processes, on machines that may have one core.
vi.setConfig({ testTimeout: 180_000 })

interface Cluster {
  readonly issuer: string
  readonly mcpUrl: string
  readonly adminToken: string
  readonly authorization: Balancer
  readonly resource: Balancer
  readonly processes: readonly ServerProcess[]
}

/** Two processes of each server on one database, each pair behind a balancer. */
async function startCluster(): Promise<Cluster> {
  const database = await migratedDatabase()
  const [authorization, resource] = [await startBalancer(), await startBalancer()]
  const issuer = `http://localhost:${authorization.port}`
  const mcpUrl = `http://localhost:${resource.port}/mcp`
  const environment = {
    ...database,
    ISSUER_URL: issuer,
    MCP_URL: mcpUrl,
    REVOCATION_CHECK_SECONDS: '0',
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
  }
  const processes: ServerProcess[] = []
  const start = async (script: 'start:auth' | 'start:mcp', variable: string) => {
    const port = await freePort()
    const server = runScript(script, { ...environment, [variable]: String(port) })
    processes.push(server)
    return port
  }
  const authPorts = [await start('start:auth', 'AUTH_PORT'), await start('start:auth', 'AUTH_PORT')]
  for (const port of authPorts) await ready(port)
  authorization.forwardTo(authPorts)
  const mcpPorts = [await start('start:mcp', 'MCP_PORT'), await start('start:mcp', 'MCP_PORT')]
  for (const port of mcpPorts) await ready(port)
  resource.forwardTo(mcpPorts)
  return { issuer, mcpUrl, adminToken: 'neonpanel-local-admin', authorization, resource, processes }
}

describe('single processes', () => {
  verifies('contract-9-migrate', 'npm run migrate applies migrations once, and exits', async () => {
    const database = await migratedDatabase()
    const again = await runScript('migrate', database).finished()
    expect(again.code).toBe(0)
    const unreachable = await runScript('migrate', {
      DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
    }).finished()
    expect(unreachable.code).toBe(1)
  })

  verifies('contract-9-migrate', 'two migrations at once do not hinder each other', async () => {
    const { url, drop } = await createDatabase(inject('databaseUrl'))
    onTestFinished(drop)
    const environment = { DATABASE_URL: url }
    const both = [runScript('migrate', environment), runScript('migrate', environment)]
    for (const { code, stderr } of await Promise.all(both.map((one) => one.finished()))) {
      expect(code, stderr).toBe(0)
    }
  })

  verifies(
    [
      'contract-9-start',
      'contract-9-issuer',
      'contract-9-any-number',
      'contract-2-signals',
      'RS-62',
    ],
    'two of each do the whole job together, whichever one a request lands on',
    async () => {
      const cluster = await startCluster()
      const { initial_access_token } = await adminApi(cluster).mint({ max_uses: 3 })
      const redirectUri = 'https://app.example/cb'
      const metadata = { redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }
      const registrations = await Promise.all(
        Array.from({ length: 24 }, () => register(cluster, metadata, initial_access_token)),
      )
      const made = registrations.filter(({ status }) => status === 201)
      expect(made).toHaveLength(3)

      const client = { clientId: made[0]?.body.client_id ?? '', redirectUri }
      const { redeem } = await codeFlow(cluster, { client })
      const answers = await Promise.all(Array.from({ length: 24 }, () => redeem()))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)

      const tokens = await tokensFor(cluster, { client })
      for (let turn = 0; turn < 4; turn++) {
        expect((await callTool(cluster.mcpUrl, tokens.access_token, 'list_companies')).status).toBe(
          200,
        )
      }
      const refreshed = await tokens.client.refresh(tokens.refresh_token)
      expect(refreshed.status).toBe(200)
      await tokens.client.revoke(refreshed.body.refresh_token ?? '')
      for (let turn = 0; turn < 2; turn++) {
        expect((await tokens.client.refresh(refreshed.body.refresh_token ?? '')).body.error).toBe(
          'invalid_grant',
        )
        expect((await callTool(cluster.mcpUrl, tokens.access_token, 'list_companies')).status).toBe(
          401,
        )
      }
      for (const count of [...cluster.authorization.counts(), ...cluster.resource.counts()]) {
        expect(count).toBeGreaterThanOrEqual(2)
      }
      for (const server of cluster.processes) expect((await server.stop()).code).toBe(0)
    },
  )

  verifies(
    ['contract-9-any-number', 'contract-5-streamable', 'contract-5-legacy-post'],
    'a session and a stream are found by whichever process a message lands on',
    async () => {
      const cluster = await startCluster()
      const { access_token } = await tokensFor(cluster)
      const session = await openSession(cluster.mcpUrl, access_token, '2025-11-25')
      expect(session.opened.status).toBe(200)
      for (let turn = 0; turn < 4; turn++) {
        const { status, rpc: answer } = await session.request(rpc('tools/list', {}, turn + 1))
        expect(status).toBe(200)
        expect(answer.result?.tools).toHaveLength(12)
      }
      const stream = await openEventStream(cluster.mcpUrl, bearer(access_token))
      const endpoint = new URL((await stream.next()).data, cluster.mcpUrl).href
      for (let turn = 1; turn <= 4; turn++) {
        const message =
          turn === 1 ? initializeMessage('2024-11-05', 1) : rpc('tools/list', {}, turn)
        expect((await mcpRequest(endpoint, message, bearer(access_token))).status).toBe(202)
        expect(JSON.parse((await stream.next()).data)).toMatchObject({ id: turn })
      }
      stream.close()
    },
  )

  verifies(
    ['contract-9-any-number', 'rfc9449-7.1', 'rfc9449-11.1'],
    'a token bound to a key is good at all of them, and a proof at the token endpoint once',
    async () => {
      const cluster = await startCluster()
      const client = boundClient(cluster, await createProofKey())
      const { access_token, refresh_token } = await client.tokens()
      const proven = async () => ({
        authorization: `DPoP ${access_token}`,
        dpop: await client.proofFor(access_token),
      })
      const opening = initializeMessage('2025-11-25')
      const opened = await mcpRequest(cluster.mcpUrl, opening, await proven())
      const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
      for (let turn = 0; turn < 4; turn++) {
        const proof = await client.proofFor(access_token)
        expect((await callWith(cluster.mcpUrl, access_token, { proof })).status).toBe(200)
        const headers = { ...session, ...(await proven()) }
        expect((await mcpRequest(cluster.mcpUrl, rpc('tools/list'), headers)).status).toBe(200)
      }
      const proof = await client.key.prove('POST', client.tokenEndpoint)
      const refreshed = await Promise.all(
        Array.from({ length: 8 }, () => client.refresh(refresh_token, proof)),
      )
      const errors = refreshed.map(({ status, body }) => (status === 200 ? '' : body.error))
      expect(errors.sort()).toEqual(['', ...Array(7).fill('invalid_dpop_proof')])
    },
  )

  verifies(
    ['contract-9-issuer', 'RS-27'],
    'an RS whose AS is gone answers 503, not 401, so that nobody signs in again',
    async () => {
      const cluster = await startCluster()
      const { access_token } = await tokensFor(cluster)
      expect((await callTool(cluster.mcpUrl, access_token, 'list_companies')).status).toBe(200)
      for (const server of cluster.processes.slice(0, 2)) await server.stop()
      const answer = await callTool(cluster.mcpUrl, access_token, 'list_companies')
      expect(answer.status).toBe(503)
      expect(answer.headers.get('retry-after')).toEqual(expect.any(String))
    },
  )
})
