import { resourceScopes } from '@neonpanel/contracts/scopes'
import { type ToolName, toolNames } from '@neonpanel/contracts/tool-catalogue'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { describe, expect } from 'vitest'
import { callTool, modernCall } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { type Json, list, toolUser } from '../harness/tools.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { access_token } = await tokensFor(stack, { scope: resourceScopes.join(' ') })
const { use, refuse } = toolUser(stack.mcpUrl, access_token)

const listed = await modernCall(stack.mcpUrl, access_token, 'tools/list')
const toolsListed = new Map(
  list(listed.rpc.result?.tools).map((tool) => [tool.name as ToolName, tool]),
)
const compiler = new Ajv2020({ strict: true, allowUnionTypes: true, validateSchema: true })
const validators = new Map(
  [...toolsListed].map(([name, tool]): [ToolName, Record<string, ValidateFunction>] => [
    name,
    {
      input: compiler.compile(tool.inputSchema as object),
      output: compiler.compile(tool.outputSchema as object),
    },
  ]),
)

const item_id = 'itm_us_1001'
const newItem = {
  sku: 'NEW-1',
  name: 'New bowl',
  category: 'Dining',
  supplier: 'Tests and Sons',
  unit_cost: '4.15',
  list_price: '9.90',
}

/** Calls without wishes come first; the rest ask for something else of each tool. */
const calls: Record<ToolName, readonly [Json, ...Json[]]> = {
  search: [{ query: 'linen' }, { query: '' }, { query: 'po-2026' }, { query: 'profit 2026-10' }],
  fetch: [
    { id: item_id },
    { id: 'shp_us_0300' },
    { id: 'profit_and_loss.co_harbor_us.2026-10' },
    { id: 'stock_valuation.co_harbor_eu.2026-10' },
  ],
  list_companies: [{}],
  list_warehouses: [{}, { company_id: 'co_harbor_eu' }],
  get_inventory_items: [
    {},
    { limit: 100, include_inactive: true },
    { query: 'enamel', sort: 'available' },
    { runs_out_before: '2026-12-01' },
    { warehouse_id: 'wh_reno', low_stock: true },
    { query: 'nothing like it' },
  ],
  get_item_cogs: [
    { item_id },
    { item_id: 'HG-LTT-OAT', period: 'day' },
    { item_id, period: 'quarter', from: '2024-11-01', warehouse_id: 'wh_reno' },
    { item_id, period: 'day', from: '2026-07-04' },
  ],
  get_item_landed_cost: [{ item_id }, { item_id, limit: 100 }, { item_id, status: 'in_transit' }],
  get_revenue_and_cogs: [
    {},
    { period: 'day' },
    { period: 'week' },
    { period: 'quarter', from: '2024-11-01', by_channel: true },
    { period: 'day', by_channel: true, company_id: 'co_harbor_us' },
    { item_id },
  ],
  get_analytics: [{}, { limit: 100, window_days: 90 }, { item_id }, { sort: 'reorder_first' }],
  list_reports: [{}, { limit: 100 }, { kind: 'stock_valuation', to: '2025-12-31' }],
  get_report: [
    { report_id: 'profit_and_loss.co_harbor_us.2026-10' },
    { report_id: 'profit_and_loss.co_harbor_eu.2026-Q3' },
    { report_id: 'stock_valuation.co_harbor_us.2026-10' },
  ],
  import_items: [
    { company_id: 'co_harbor_us', rows: [newItem] },
    { company_id: 'co_harbor_us', rows: [{ sku: '' }, { sku: 'X', unit_cost: 'cheap' }] },
    { company_id: 'co_harbor_us', csv: 'sku,reorder_point\nHG-LTT-OAT,77\n' },
  ],
}

const everyCall = toolNames.flatMap((name) =>
  calls[name].map((input, index) => ({ name, input, isUsual: index === 0 })),
)

async function tallyOfRows() {
  const { prisma } = stack.database
  const models = [prisma.item, prisma.costLayer, prisma.stockAdjustment, prisma.importRun]
  return Promise.all(models.map((model) => (model as typeof prisma.item).count()))
}

describe('every tool', () => {
  verifies(
    ['RS-71', 'RS-96'],
    'publishes input and output as JSON Schema 2020-12 that refers to nothing outside',
    () => {
      expect([...toolsListed.keys()].sort()).toEqual([...toolNames].sort())
      for (const [name, { inputSchema, outputSchema }] of toolsListed) {
        for (const schema of [inputSchema, outputSchema] as Json[]) {
          expect(compiler.validateSchema(schema), name).toBe(true)
          const references = [...JSON.stringify(schema).matchAll(/"\$ref":"([^"]*)"/g)]
          for (const [, target] of references) expect(target).toMatch(/^#\/\$defs\//)
        }
        // Hosts translate inputs for models that know no references.
        expect(JSON.stringify(inputSchema)).not.toContain('$ref')
      }
    },
  )

  verifies(
    ['RS-91', 'RS-98'],
    'answers, to whatever it is asked, what its published schema says, and the same as its only text',
    async () => {
      for (const { name, input } of everyCall) {
        const validate = validators.get(name)
        const asked = `${name} ${JSON.stringify(input)}`
        expect(validate?.input?.(input), asked).toBe(true)
        const answer = await use(name, input)
        validate?.output?.(answer)
        expect(validate?.output?.errors, asked).toBeNull()
      }
    },
  )

  verifies(
    'tool-sizes',
    'answers a call without wishes in 24 KB, and any other in 64 KB; the list of tools takes 40 KB',
    async () => {
      for (const { name, input, isUsual } of everyCall) {
        const { tool } = await callTool(stack.mcpUrl, access_token, name, input)
        const bytes = Buffer.byteLength(tool.content[0]?.text ?? '')
        const asked = `${name} ${JSON.stringify(input)}`
        expect(bytes, asked).toBeLessThan((isUsual ? 24 : 64) * 1024)
        expect(bytes, asked).toBeGreaterThan(10)
      }
      expect(Buffer.byteLength(listed.text)).toBeLessThan(40 * 1024)
    },
  )

  verifies(
    'tool-sizes',
    'lists 25 rows a page without wishes, 10 where rows are long, and 20 search results',
    async () => {
      const rows = async (name: ToolName, key: string) =>
        list((await use(name, calls[name][0]))[key])
      expect(await rows('get_inventory_items', 'items')).toHaveLength(25)
      expect(await rows('get_analytics', 'items')).toHaveLength(25)
      expect(await rows('list_reports', 'reports')).toHaveLength(25)
      expect(await rows('get_item_landed_cost', 'shipments')).toHaveLength(10)
      expect(await rows('search', 'results')).toHaveLength(20)
    },
  )

  verifies(
    'RS-93',
    'that says it only reads leaves the books as they are, and answers the same again',
    async () => {
      const before = await tallyOfRows()
      for (const { name, input } of everyCall) {
        const annotations = toolsListed.get(name)?.annotations
        const reads = name !== 'import_items'
        expect(annotations).toEqual({
          readOnlyHint: reads,
          destructiveHint: !reads,
          idempotentHint: true,
          openWorldHint: false,
        })
        expect(await use(name, input)).toEqual(await use(name, input))
      }
      expect(await tallyOfRows()).toEqual(before)
    },
  )

  verifies(
    ['tool-errors', 'RS-97'],
    'refuses what it cannot do with what to do next, and says which id may have been meant',
    async () => {
      const advice: [ToolName, Json, RegExp][] = [
        ['fetch', { id: 'HG-LTT-OAT' }, /Did you mean itm_us_1001 .*Use an id that search/],
        ['list_warehouses', { company_id: 'Harbor' }, /Did you mean co_harbor_.*list_companies/],
        ['get_inventory_items', { warehouse_id: 'reno' }, /Did you mean wh_reno .*list_warehouses/],
        ['get_inventory_items', { cursor: 'AAAA' }, /Leave it out/],
        ['get_inventory_items', { limit: 1000 }, /100/],
        ['get_item_cogs', { item_id: 'HG-LTT-OAK' }, /Did you mean .*HG-LTT.*search/],
        ['get_item_cogs', { item_id, from: '2027-01-01' }, /books end on 2026-10-31; choose/],
        ['get_item_cogs', { item_id, from: 'yesterday' }, /must be a day such as/],
        ['get_item_landed_cost', { item_id: 'itm_us_1' }, /search or get_inventory_items/],
        ['get_revenue_and_cogs', { period: 'day', by_channel: true }, /by_channel=false/],
        ['get_analytics', { window_days: 1 }, /7/],
        [
          'get_report',
          { report_id: 'profit_and_loss.co_harbor_us.2026-99' },
          /Did you mean profit/,
        ],
        ['import_items', { company_id: 'co_harbor_us' }, /rows or csv/],
      ]
      for (const [name, input, words] of advice) {
        const message = await refuse(name, input)
        expect(message, name).toMatch(words)
        expect(message.length, name).toBeLessThan(600)
      }
    },
  )
})
