import { resourceScopes } from '@neonpanel/contracts/scopes'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { Client } from 'pg'
import { describe, expect, vi } from 'vitest'
import { freePort, startBalancer } from '../harness/balancer.ts'
import { migratedDatabase, ready } from '../harness/cluster.ts'
import { openEventStream } from '../harness/event-stream.ts'
import { openSession, rpc } from '../harness/mcp.ts'
import { runScript, type ServerProcess } from '../harness/process.ts'
import { itemUri } from '../harness/resources.ts'
import {
  importer,
  listChanged,
  listen,
  newItem,
  nextMessage,
  openLegacyListener,
  openSessionListener,
  updated,
} from '../harness/subscriptions.ts'
import { verifies } from '../verifies.ts'

// The tests start processes, on machines that may have one core.
vi.setConfig({ testTimeout: 180_000 })

const company = 'co_harbor_us'
const uri = itemUri(company, 'TOLD-1')

/** An authorization server and two resource servers on one database. */
async function startServers() {
  const database = await migratedDatabase()
  const resource = await startBalancer()
  const [authPort, here, there] = [await freePort(), await freePort(), await freePort()]
  const issuer = `http://localhost:${authPort}`
  const mcpUrl = `http://localhost:${resource.port}/mcp`
  const environment = {
    ...database,
    ISSUER_URL: issuer,
    MCP_URL: mcpUrl,
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
  }
  runScript('start:auth', { ...environment, AUTH_PORT: String(authPort) })
  await ready(authPort)
  const processes: ServerProcess[] = []
  for (const port of [here, there]) {
    processes.push(runScript('start:mcp', { ...environment, MCP_PORT: String(port) }))
    await ready(port)
  }
  const servers = { issuer, mcpUrl, adminToken: 'neonpanel-local-admin' }
  const { access_token } = await tokensFor(servers, { scope: resourceScopes.join(' ') })
  const url = database.DATABASE_URL ?? ''
  return { ...servers, url, resource, here, there, processes, access_token }
}

/** The connections that have come to listening: what comes first on them is LISTEN. */
const listening = `FROM pg_stat_activity WHERE datname = current_database()
  AND application_name = 'neonpanel announcements' AND state = 'idle' AND query <> ''`

/** Waits until all three processes listen to the database, on other connections than these. */
async function allListen(client: Client, gone: readonly number[] = []): Promise<number[]> {
  const listeners = async () => {
    const { rows } = await client.query<{ pid: number }>(`SELECT pid ${listening}`)
    const pids = rows.map(({ pid }) => pid)
    expect(pids).toHaveLength(3)
    for (const pid of gone) expect(pids).not.toContain(pid)
    return pids
  }
  return vi.waitFor(listeners, { timeout: 30_000, interval: 50 })
}

describe('an import in one process', () => {
  verifies(
    ['subscriptions-everywhere', 'subscriptions-told', 'import-seen', 'contract-9-any-number'],
    'tells who watches in another, whatever the revision, also after the database broke the line',
    async () => {
      const { mcpUrl, url, resource, here, there, access_token } = await startServers()
      const runImport = importer(mcpUrl, access_token, company)
      const database = new Client({ connectionString: url })
      await database.connect()
      try {
        const pids = await allListen(database)
        // Where it is written it is told before the answer: nothing is left to be heard of below.
        resource.forwardTo([there])
        await runImport([newItem('TOLD-1')])
        const filter = { resourceSubscriptions: [uri], resourcesListChanged: true }
        const modern = await listen(mcpUrl, access_token, filter)
        const session = await openSessionListener(mcpUrl, access_token)
        const legacy = await openLegacyListener(mcpUrl, access_token)
        for (const { request } of [session, legacy]) {
          const { rpc: answer } = await request('resources/subscribe', { uri })
          expect(answer.result).toEqual({})
        }

        resource.forwardTo([here])
        await runImport([{ sku: 'TOLD-1', list_price: '21.00' }])
        for (const listener of [modern, session, legacy]) {
          expect(await listener.next()).toMatchObject({ method: updated, params: { uri } })
        }

        await database.query(`SELECT pg_terminate_backend(pid) ${listening}`)
        await allListen(database, pids)
        await runImport([{ sku: 'TOLD-1', list_price: '22.00' }, newItem('TOLD-2')])
        for (const listener of [modern, session, legacy]) {
          expect(await listener.next()).toMatchObject({ method: updated, params: { uri } })
        }
        expect(await modern.next()).toMatchObject({ method: listChanged })
        for (const { stream } of [modern, session, legacy]) stream.close()
      } finally {
        await database.end()
      }
    },
  )

  verifies(
    ['subscriptions-everywhere', 'contract-9-any-number'],
    'tells who subscribed at a process that is gone, once their session went on elsewhere',
    async () => {
      const { mcpUrl, resource, here, there, processes, access_token } = await startServers()
      const runImport = importer(mcpUrl, access_token, company)
      resource.forwardTo([here])
      await runImport([newItem('TOLD-1'), newItem('LEFT-1')])
      const session = await openSession(mcpUrl, access_token, '2025-11-25')
      for (const sku of ['TOLD-1', 'LEFT-1']) {
        await session.request(rpc('resources/subscribe', { uri: itemUri(company, sku) }))
      }
      await session.request(rpc('resources/unsubscribe', { uri: itemUri(company, 'LEFT-1') }))

      await processes[0]?.stop('SIGKILL')
      resource.forwardTo([there])
      const headers = { ...session.headers, ...bearer(access_token) }
      const stream = await openEventStream(mcpUrl, headers)
      expect(stream.status).toBe(200)
      const prices = ['LEFT-1', 'TOLD-1'].map((sku) => ({ sku, list_price: '21.00' }))
      for (const row of prices) await runImport([row])
      expect(await nextMessage(stream)).toMatchObject({ method: updated, params: { uri } })
      stream.close()
    },
  )
})
