import { startStack } from '@neonpanel/stack'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { expect, onTestFinished, vi } from 'vitest'
import { freePort } from '../harness/balancer.ts'
import { migratedDatabase, ready } from '../harness/cluster.ts'
import { callAs, type InputRequired, streamOf } from '../harness/elicitation.ts'
import { initializeMessage, mcpRequest, rpc, type ToolResult } from '../harness/mcp.ts'
import { runScript } from '../harness/process.ts'
import { quietEnvironment } from '../harness/stack.ts'
import { type Json, list, toolUser } from '../harness/tools.ts'
import { verifies } from '../verifies.ts'

// A process is started, on machines that may have one core.
vi.setConfig({ testTimeout: 180_000 })

const scope = 'read:companies read:inventory write:import'
const forms = { elicitation: {} }

const item = {
  name: 'Agreed elsewhere',
  category: 'Tests',
  supplier: 'Tests and Sons',
  unit_cost: '4.15',
  list_price: '9.90',
}

/** A stack, and another process of the resource server on its database. */
async function startTwoNodes() {
  const database = await migratedDatabase()
  const stack = await startStack({ environment: { ...quietEnvironment, ...database } })
  onTestFinished(() => stack.stop())
  const port = await freePort()
  runScript('start:mcp', {
    ...database,
    ISSUER_URL: stack.issuer,
    MCP_URL: stack.mcpUrl,
    MCP_PORT: String(port),
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'json',
  })
  await ready(port)
  return { stack, otherUrl: `http://localhost:${port}/mcp` }
}

verifies(
  ['import-seen', 'import-confirmed', 'RS-62', 'RS-65'],
  'an import that one process asks about is agreed to at another, and seen at once at both',
  async () => {
    const { stack, otherUrl } = await startTwoNodes()
    const { access_token: token } = await tokensFor(stack, { person: 'warehouse', scope })
    const nodes = [stack.mcpUrl, otherUrl]
    for (const [turn, asking] of nodes.entries()) {
      const writing = nodes[1 - turn]!
      const sku = `E2E-NODE-${turn}`
      const wish = {
        dry_run: false,
        idempotency_key: `two-nodes-${turn}`,
        rows: [{ sku, ...item }],
      }
      const asked = await callAs(asking, token, forms, ['import_items', wish])
      const { requestState } = asked.rpc.result as unknown as InputRequired
      const retry = { requestState, inputResponses: { confirmation: { action: 'accept' } } }
      const written = await callAs(writing, token, forms, ['import_items', wish, retry])
      const { structuredContent } = written.rpc.result as unknown as ToolResult
      expect(structuredContent, written.text).toMatchObject({ dry_run: false, valid: true })
      for (const url of nodes) {
        const { items } = await toolUser(url, token).use('get_inventory_items', { query: sku })
        expect(list(items).map((found) => found.sku)).toEqual([sku])
        const { results } = await toolUser(url, token).use('search', { query: sku })
        expect(list(results)[0]?.title).toContain(item.name)
      }
    }
  },
)

verifies(
  ['import-confirmed', 'contract-9-any-number', 'RS-62'],
  'in a session the call, the question and its answer may go through another process',
  async () => {
    const { stack, otherUrl } = await startTwoNodes()
    const { access_token: token } = await tokensFor(stack, { person: 'warehouse', scope })
    const initialize = initializeMessage('2025-11-25')
    Object.assign(initialize.params as Json, { capabilities: forms })
    const opened = await mcpRequest(stack.mcpUrl, initialize, bearer(token))
    const headers = {
      'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
      'mcp-protocol-version': '2025-11-25',
      ...bearer(token),
    }
    await mcpRequest(otherUrl, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers)
    for (const [turn, answering] of [stack.mcpUrl, otherUrl].entries()) {
      const rows = [{ sku: `E2E-SESSION-${turn}`, ...item }]
      const wish = { dry_run: false, idempotency_key: `session-nodes-${turn}`, rows }
      const call = rpc('tools/call', { name: 'import_items', arguments: wish }, turn + 1)
      const seen: unknown[] = []
      for await (const message of streamOf(otherUrl, call, headers)) {
        seen.push(message.method ?? (message.result as Json).structuredContent)
        if (message.method !== 'elicitation/create') continue
        const answer = { jsonrpc: '2.0', id: message.id, result: { action: 'accept', content: {} } }
        expect((await mcpRequest(answering, answer, headers)).status).toBe(202)
      }
      expect(seen).toEqual(['elicitation/create', expect.objectContaining({ dry_run: false })])
    }
  },
)
