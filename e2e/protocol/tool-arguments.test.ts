import { resourceScopes } from '@neonpanel/contracts/scopes'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { describe, expect } from 'vitest'
import { openSession, rpc, type ToolResult } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { type Json, toolUser } from '../harness/tools.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { access_token: token } = await tokensFor(stack, { scope: resourceScopes.join(' ') })
const { refuse, use } = toolUser(stack.mcpUrl, token)

const unstorable = { 'U+0000': 'a\0b', 'half of a surrogate pair': 'a\uD800b' }

/** Every tool that takes text, with the text where it stands. */
const calls: [tool: string, input: (text: string) => Json][] = [
  ['search', (query) => ({ query })],
  ['fetch', (id) => ({ id })],
  ['get_inventory_items', (query) => ({ query })],
  ['get_inventory_items', (warehouse_id) => ({ warehouse_id })],
  ['list_warehouses', (company_id) => ({ company_id })],
  ['get_item_cogs', (item_id) => ({ item_id })],
  ['get_item_landed_cost', (item_id) => ({ item_id })],
  ['get_revenue_and_cogs', (company_id) => ({ company_id })],
  ['get_analytics', (company_id) => ({ company_id })],
  ['list_reports', (company_id) => ({ company_id })],
  ['get_report', (report_id) => ({ report_id })],
  ['import_items', (sku) => ({ company_id: 'co_harbor_us', rows: [{ sku }] })],
  ['import_items', (csv) => ({ company_id: 'co_harbor_us', csv: `sku\n${csv}` })],
  ['import_items', (name) => ({ company_id: 'co_harbor_us', rows: [{ sku: 'A', [name]: 1 }] })],
]

describe('arguments of tools', () => {
  for (const [what, text] of Object.entries(unstorable)) {
    verifies('RS-98', `with ${what}, which no database stores, are refused in words`, async () => {
      for (const [tool, input] of calls) {
        expect(await refuse(tool, input(text)), tool).toContain(what)
      }
      const key = { company_id: 'co_harbor_us', dry_run: false, idempotency_key: `key-${text}-key` }
      expect(await refuse('import_items', { ...key, rows: [{ sku: 'A' }] })).toContain(what)
    })
  }

  verifies('RS-98', 'with them are refused in a session too', async () => {
    const { request } = await openSession(stack.mcpUrl, token, '2025-11-25')
    const params = { name: 'search', arguments: { query: '\0' } }
    const { rpc: answer } = await request(rpc('tools/call', params, 2))
    const { isError, content } = answer.result as unknown as ToolResult
    expect(isError).toBe(true)
    expect(content[0]?.text).toContain('query: character 1 is U+0000')
  })

  verifies('RS-98', 'may hold any other character', async () => {
    expect(await use('search', { query: '😀 \u0001 \u202E \uFFFF %_\\' })).toHaveProperty('results')
  })
})
