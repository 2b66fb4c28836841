import {
  Client as V2Client,
  StreamableHTTPClientTransport as V2Http,
} from '@modelcontextprotocol/client'
import { Client as V1Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as V1Http } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { resourceScopes } from '@neonpanel/contracts/scopes'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { describe, expect, onTestFinished } from 'vitest'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { access_token } = await tokensFor(stack, { scope: resourceScopes.join(' ') })
const requestInit = { headers: bearer(access_token) }

/** What both SDKs have in common: a list of tools, after which each answer is judged by the client itself. */
interface SdkClient {
  listTools(): Promise<{ tools: { name: string; outputSchema?: unknown }[] }>
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<object>
}

const item_id = 'itm_us_1001'
const calls: Record<string, Record<string, unknown>> = {
  search: { query: 'linen' },
  fetch: { id: item_id },
  list_companies: {},
  list_warehouses: {},
  get_inventory_items: { limit: 3 },
  get_item_cogs: { item_id },
  get_item_landed_cost: { item_id, limit: 3 },
  get_revenue_and_cogs: {},
  get_analytics: { limit: 3 },
  list_reports: { limit: 3 },
  get_report: { report_id: 'stock_valuation.co_harbor_us.2026-10' },
  import_items: { company_id: 'co_harbor_us', csv: 'sku,reorder_point\nHG-LTT-OAT,77\n' },
}

async function expectTakesEveryAnswer(client: SdkClient): Promise<void> {
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(Object.keys(calls))
  for (const { name, outputSchema } of tools) {
    expect(outputSchema, name).toBeDefined()
    const result = await client.callTool({ name, arguments: calls[name] ?? {} })
    expect(result, name).toMatchObject({ structuredContent: expect.any(Object) })
  }
}

describe('a client that judges answers by the schemas it was told', () => {
  verifies(['RS-91', 'RS-71'], 'takes them all: the v1 SDK', async () => {
    const client = new V1Client({ name: 'v1', version: '1.0.0' })
    onTestFinished(() => client.close())
    await client.connect(new V1Http(new URL(stack.mcpUrl), { requestInit }) as Transport)
    await expectTakesEveryAnswer(client as SdkClient)
  })

  verifies(['RS-91', 'RS-71'], 'takes them all: the v2 client', async () => {
    const client = new V2Client(
      { name: 'v2', version: '1.0.0' },
      { versionNegotiation: { mode: 'auto' } },
    )
    onTestFinished(() => client.close())
    await client.connect(new V2Http(new URL(stack.mcpUrl), { requestInit }))
    await expectTakesEveryAnswer(client as SdkClient)
  })
})
