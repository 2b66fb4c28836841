import {
  Client as V2Client,
  StreamableHTTPClientTransport as V2HttpTransport,
} from '@modelcontextprotocol/client'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { describe, expect, onTestFinished, vi } from 'vitest'
import { openEventStream } from '../harness/event-stream.ts'
import { openSession, rpc } from '../harness/mcp.ts'
import {
  holderAmong,
  type ResourceServers,
  stackWithMoreResourceServers,
} from '../harness/resource-servers.ts'
import { verifies } from '../verifies.ts'

// Each test starts processes, on machines that may have one core.
vi.setConfig({ testTimeout: 180_000 })

const { stack, start } = await stackWithMoreResourceServers()
const scope = 'read:companies read:inventory write:import'
const { access_token: token } = await tokensFor(stack, { person: 'warehouse', scope })
const requestInit = { headers: bearer(token) }

const listCompanies = { name: 'list_companies', arguments: {} }

interface SessionClient {
  callTool(call: typeof listCompanies): Promise<unknown>
  close(): Promise<void>
}

async function v1({ url }: ResourceServers): Promise<SessionClient> {
  const client = new Client({ name: 'v1', version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit })
  await client.connect(transport as Transport)
  return client
}

async function v2({ url }: ResourceServers): Promise<SessionClient> {
  const client = new V2Client(
    { name: 'v2', version: '1.0.0' },
    { versionNegotiation: { mode: 'legacy' } },
  )
  await client.connect(new V2HttpTransport(new URL(url), { requestInit }))
  return client
}

async function callThrough(client: SessionClient, times: number) {
  for (let turn = 0; turn < times; turn += 1) {
    expect(JSON.stringify(await client.callTool(listCompanies))).toContain('Harbor Goods EU')
  }
}

describe('a session at three processes', () => {
  for (const [name, connect] of Object.entries({ v1, v2 })) {
    verifies(
      ['contract-9-any-number', 'contract-5-streamable', 'RS-105'],
      `goes on when the process that holds it is killed, and the next one as well, unnoticed by the ${name} SDK`,
      async () => {
        const servers = await start(3)
        const client = await connect(servers)
        onTestFinished(() => client.close())
        await callThrough(client, 4)
        const first = await holderAmong(servers, 'sessions')
        await servers.kill(first)
        await callThrough(client, 4)
        const left = servers.processes.filter((each) => each !== first)
        const next = await holderAmong({ ...servers, processes: left }, 'sessions')
        await servers.kill(next)
        await callThrough(client, 2)
      },
    )
  }

  verifies(
    ['RS-75', 'RS-74', 'RS-46', 'contract-9-any-number'],
    'is opened, used, streamed and ended through any, and stays ended when its process is killed',
    async () => {
      const servers = await start(3)
      const session = await openSession(servers.url, token, '2025-11-25')
      const headers = { ...session.headers, ...bearer(token) }
      const stream = await openEventStream(servers.url, headers)
      expect(stream.status).toBe(200)
      for (const { url } of servers.processes) {
        const second = await openEventStream(url, headers)
        expect(second.status).toBe(409)
      }
      const stranger = await tokensFor(stack, { person: 'analyst' })
      for (let turn = 0; turn < 3; turn += 1) {
        expect((await session.request(rpc('tools/list', {}, turn))).status).toBe(200)
        const asStranger = bearer(stranger.access_token)
        expect((await session.request(rpc('tools/list'), asStranger)).status).toBe(404)
      }
      const holder = await holderAmong(servers, 'sessions')
      expect((await session.request(undefined, {}, 'DELETE')).status).toBe(200)
      await stream.ended()
      for (let turn = 0; turn < 3; turn += 1) {
        expect((await session.request(rpc('tools/list', {}, turn))).status).toBe(404)
      }
      await servers.kill(holder)
      for (let turn = 0; turn < 2; turn += 1) {
        expect((await session.request(rpc('tools/list', {}, turn))).status).toBe(404)
      }
    },
  )

  verifies(
    ['RS-82', 'import-confirmed', 'contract-9-any-number'],
    'keeps what its client can do: a process that takes it over asks the person, whichever process the answer lands on',
    async () => {
      const servers = await start(3)
      const client = new Client(
        { name: 'v1', version: '1.0.0' },
        { capabilities: { elicitation: { form: {} } } },
      )
      const asked: string[] = []
      client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
        asked.push(params.message)
        return { action: 'accept', content: {} }
      })
      const transport = new StreamableHTTPClientTransport(new URL(servers.url), { requestInit })
      await client.connect(transport as Transport)
      onTestFinished(() => client.close())
      await servers.kill(await holderAmong(servers, 'sessions'))
      for (const turn of [1, 2, 3]) {
        const sku = `ADOPTED-${turn}`
        const result = await client.callTool({
          name: 'import_items',
          arguments: {
            dry_run: false,
            idempotency_key: `adopted-${turn}`,
            rows: [{ sku, ...item }],
          },
        })
        expect(result.structuredContent, JSON.stringify(result)).toMatchObject({ dry_run: false })
        expect(asked).toHaveLength(turn)
      }
    },
  )

  verifies(
    ['RS-79', 'contract-9-any-number'],
    'ends a stream that another process carries through when its holder is killed',
    async () => {
      const servers = await start(2)
      const session = await openSession(servers.url, token, '2025-11-25')
      const holder = await holderAmong(servers, 'sessions')
      const [other] = servers.processes.filter((each) => each !== holder)
      const headers = { ...session.headers, ...bearer(token) }
      const stream = await openEventStream(other!.url, headers)
      expect(stream.status).toBe(200)
      await servers.kill(holder)
      await stream.ended()
      const again = await openEventStream(other!.url, headers)
      expect(again.status).toBe(200)
      again.close()
    },
  )
})

const item = {
  name: 'Agreed after the death of a process',
  category: 'Tests',
  supplier: 'Tests and Sons',
  unit_cost: '4.15',
  list_price: '9.90',
}

describe('a 2024-11-05 stream at three processes', () => {
  verifies(
    ['contract-5-legacy-post', 'contract-9-any-number', 'RS-105'],
    'takes messages at any; when its process is killed the v1 SDK comes back and goes on',
    async () => {
      const servers = await start(3)
      const client = new Client({ name: 'v1', version: '1.0.0' })
      const transport = new SSEClientTransport(new URL(servers.url), { requestInit })
      await client.connect(transport as Transport)
      onTestFinished(() => client.close())
      await callThrough(client, 4)
      await servers.kill(await holderAmong(servers, 'legacy_streams'))
      const again = () => client.callTool(listCompanies, undefined, { timeout: 2_000 })
      const result = await vi.waitFor(again, { timeout: 60_000, interval: 250 })
      expect(JSON.stringify(result)).toContain('Harbor Goods EU')
      await callThrough(client, 3)
    },
  )
})
