import { resourceScopes } from '@neonpanel/contracts/scopes'
import { toolScopes } from '@neonpanel/contracts/tool-catalogue'
import { describe, expect } from 'vitest'
import { tokensFor } from '../harness/grant.ts'
import { callTool, modernCall, type ToolResult } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

type Json = Record<string, unknown>

const stack = await testStack()
const everything = resourceScopes.join(' ')
const owner = await tokensFor(stack, { scope: everything })
const analyst = await tokensFor(stack, { person: 'analyst', scope: everything })
const warehouse = await tokensFor(stack, { person: 'warehouse', scope: everything })

/** Calls a tool that must succeed; its text is the JSON of its structured content. */
async function use(name: string, input: Json = {}, token = owner.access_token): Promise<Json> {
  const { status, tool, text } = await callTool(stack.mcpUrl, token, name, input)
  expect(status, text).toBe(200)
  expect(tool.isError ?? false, text).toBe(false)
  expect(tool.content).toHaveLength(1)
  expect(JSON.parse(tool.content[0]?.text ?? '')).toEqual(tool.structuredContent)
  return tool.structuredContent
}

/** Calls a tool whose answer must be an error that a person understands. */
async function refuse(name: string, input: Json, token = owner.access_token): Promise<ToolResult> {
  const { rpc, tool, text } = await callTool(stack.mcpUrl, token, name, input)
  if (rpc.error) {
    expect(rpc.error.code).toBe(-32_602)
    return { isError: true, content: [], structuredContent: {} }
  }
  expect(tool.isError, text).toBe(true)
  expect(text).not.toMatch(/node_modules|\.ts:\d+|prisma/i)
  return tool
}

const list = (value: unknown) => value as Json[]
const companyNames = async (token: string) =>
  list((await use('list_companies', {}, token)).companies)
    .map(({ name }) => name)
    .sort()

async function someItem(token = owner.access_token): Promise<Json> {
  const [item] = list((await use('get_inventory_items', { limit: 1 }, token)).items)
  return item ?? {}
}

describe('tools/list', () => {
  verifies(
    ['RS-93', 'RS-94', 'RS-96', 'RS-89'],
    'names twelve tools with schemas, hints and their scopes',
    async () => {
      const { rpc } = await modernCall(stack.mcpUrl, owner.access_token, 'tools/list')
      const tools = list(rpc.result?.tools)
      expect(tools.map(({ name }) => name).sort()).toEqual(Object.keys(toolScopes).sort())
      for (const tool of tools) {
        expect(tool.name).toMatch(/^[\w.-]{1,128}$/)
        expect(tool.title).toEqual(expect.any(String))
        expect(tool.inputSchema).toMatchObject({ type: 'object' })
        expect(tool.outputSchema).toMatchObject({ type: 'object' })
        const scopes = toolScopes[tool.name as keyof typeof toolScopes]
        const schemes = [{ type: 'oauth2', scopes: [...scopes] }]
        expect(tool._meta).toMatchObject({ securitySchemes: schemes })
        const writes = tool.name === 'import_items'
        expect(tool.annotations).toMatchObject({ readOnlyHint: !writes })
      }
    },
  )
})

describe('companies and warehouses', () => {
  verifies(
    'contract-5-tool-list-companies',
    'list_companies lists the companies in the token',
    async () => {
      expect(await companyNames(owner.access_token)).toEqual([
        'Harbor Goods EU B.V.',
        'Harbor Goods LLC',
      ])
      expect(await companyNames(analyst.access_token)).toEqual([
        'Harbor Goods LLC',
        'Tallow Studio',
      ])
      expect(await companyNames(warehouse.access_token)).toEqual(['Harbor Goods EU B.V.'])
      const one = await tokensFor(stack, { companies: ['Harbor Goods LLC'] })
      expect(await companyNames(one.access_token)).toEqual(['Harbor Goods LLC'])
    },
  )

  verifies(
    'contract-5-tool-list-warehouses',
    'list_warehouses lists them with stock totals',
    async () => {
      const warehouses = list((await use('list_warehouses')).warehouses)
      expect(warehouses.length).toBeGreaterThanOrEqual(2)
      for (const one of warehouses) {
        expect(one).toMatchObject({
          id: expect.any(String),
          name: expect.any(String),
          on_hand: expect.any(Number),
        })
      }
      const all = list((await use('list_warehouses', {}, warehouse.access_token)).warehouses)
      expect(new Set(all.map(({ company_id }) => company_id)).size).toBe(1)
    },
  )

  verifies('RS-92', 'a company that is not in the token is as if it did not exist', async () => {
    const [foreign] = await stack.database.prisma.company.findMany({
      where: { name: 'Tallow Studio' },
    })
    for (const name of ['list_warehouses', 'get_inventory_items', 'get_revenue_and_cogs']) {
      const { content } = await refuse(name, { company_id: foreign?.id ?? '' })
      expect(JSON.stringify(content)).not.toContain('Tallow')
    }
  })
})

describe('inventory', () => {
  verifies(
    'contract-5-tool-get-inventory-items',
    'get_inventory_items pages through every item once, with on hand, reserved and inbound',
    async () => {
      const seen: string[] = []
      let cursor: unknown
      let total: unknown
      do {
        const page = await use('get_inventory_items', {
          limit: 100,
          include_inactive: true,
          ...(cursor ? { cursor } : {}),
        })
        for (const item of list(page.items)) {
          seen.push(String(item.id))
          expect(item).toMatchObject({
            on_hand: expect.any(Number),
            reserved: expect.any(Number),
            inbound: expect.any(Number),
          })
        }
        cursor = page.next_cursor
        total = page.total_count
      } while (cursor)
      expect(new Set(seen).size).toBe(seen.length)
      expect(seen).toHaveLength(Number(total))
      const items = await stack.database.prisma.item.count({
        where: { company: { name: { startsWith: 'Harbor Goods' } } },
      })
      expect(seen).toHaveLength(items)
    },
  )

  verifies(
    'RS-98',
    'get_inventory_items refuses a cursor of its own making and a page of a thousand',
    async () => {
      await refuse('get_inventory_items', { cursor: 'AAAA' })
      await refuse('get_inventory_items', { limit: 1000 })
      await refuse('get_inventory_items', { unknown_argument: true })
      await refuse('get_inventory_items', { company_id: "' OR 1=1 --" })
    },
  )

  verifies(
    ['contract-5-tool-search', 'contract-5-tool-fetch', 'RS-89', 'RS-90', 'RS-91', 'RS-92'],
    'everything that search finds can be fetched in full',
    async () => {
      const item = await someItem()
      const { results } = await use('search', { query: String(item.name) })
      expect(list(results).length).toBeGreaterThanOrEqual(1)
      for (const { id, title, url } of list(results).slice(0, 5)) {
        expect(title).toEqual(expect.any(String))
        expect(url).toMatch(/^https?:\/\//)
        const document = await use('fetch', { id })
        expect(document).toMatchObject({
          id,
          title: expect.any(String),
          text: expect.stringMatching(/\S/),
          url,
        })
      }
    },
  )

  verifies('RS-89', 'a search without a match is an empty list', async () => {
    expect(await use('search', { query: 'zzqxj no such thing' })).toEqual({ results: [] })
  })

  verifies(
    ['contract-5-tool-search', 'RS-92'],
    'search finds finance documents only for a token that may read them',
    async () => {
      const question = { query: 'profit and loss' }
      const found = list((await use('search', question)).results)
      expect(found.some(({ title }) => /profit and loss/i.test(String(title)))).toBe(true)
      const without = list((await use('search', question, warehouse.access_token)).results)
      expect(without.some(({ title }) => /profit and loss/i.test(String(title)))).toBe(false)
      const report = found.find(({ title }) => /profit and loss/i.test(String(title)))
      const { status, tool } = await callTool(stack.mcpUrl, warehouse.access_token, 'fetch', {
        id: report?.id,
      })
      expect(status === 403 || tool.isError === true).toBe(true)
    },
  )

  verifies(
    ['contract-5-tool-fetch', 'RS-90', 'RS-92'],
    'fetch refuses what is unknown or another company’s',
    async () => {
      await refuse('fetch', { id: 'no-such-document' })
      const item = await someItem(warehouse.access_token)
      const results = list(
        (await use('search', { query: String(item.sku) }, warehouse.access_token)).results,
      )
      const { content } = await refuse('fetch', { id: results[0]?.id }, analyst.access_token)
      expect(JSON.stringify(content)).not.toContain(String(item.name))
    },
  )
})

describe('finance', () => {
  verifies(
    'contract-5-tool-get-item-cogs',
    'get_item_cogs adds up: the periods are the total',
    async () => {
      const item = await someItem()
      const answer = await use('get_item_cogs', { item_id: item.id })
      expect(answer).toMatchObject({
        item: { id: item.id },
        currency: expect.stringMatching(/^[A-Z]{3}$/),
      })
      const periods = list(answer.periods)
      expect(periods.length).toBeGreaterThanOrEqual(1)
      const units = periods.reduce((sum, period) => sum + Number(period.units_sold), 0)
      expect(units).toBe((answer.total as Json).units_sold)
      await refuse('get_item_cogs', { item_id: 'no-such-item' })
      await refuse('get_item_cogs', { item_id: item.id, from: '2026-13-45' })
    },
  )

  verifies(
    'contract-5-tool-get-item-landed-cost',
    'get_item_landed_cost shows each shipment with its components',
    async () => {
      const item = await someItem()
      const shipments = list((await use('get_item_landed_cost', { item_id: item.id })).shipments)
      expect(shipments.length).toBeGreaterThanOrEqual(1)
      for (const { per_unit, total } of shipments) {
        for (const components of [per_unit, total]) {
          expect(Object.keys(components as Json).sort()).toEqual(
            expect.arrayContaining(['duty', 'freight', 'goods', 'insurance', 'landed']),
          )
        }
      }
      await refuse('get_item_landed_cost', { item_id: 'no-such-item' })
    },
  )

  verifies(
    'contract-5-tool-get-revenue-and-cogs',
    'get_revenue_and_cogs reports by period and channel, with margin',
    async () => {
      const companies = list((await use('get_revenue_and_cogs')).companies)
      expect(companies).toHaveLength(2)
      for (const { rows, currency } of companies) {
        expect(currency).toMatch(/^(USD|EUR)$/)
        expect(list(rows).length).toBeGreaterThanOrEqual(1)
        for (const row of list(rows)) {
          expect(row.period).toEqual(expect.any(String))
          expect(row.channel).toEqual(expect.any(String))
          expect(Object.keys(row).join(' ')).toMatch(/revenue.*cogs|cogs.*revenue/)
          expect(Object.keys(row).join(' ')).toMatch(/margin/)
        }
      }
    },
  )

  verifies(
    'contract-5-tool-get-analytics',
    'get_analytics gives sell-through, velocity, days of cover and when an item runs out',
    async () => {
      const items = list((await use('get_analytics', { limit: 5 })).items)
      expect(items).toHaveLength(5)
      for (const item of items) {
        expect(Object.keys(item)).toEqual(
          expect.arrayContaining([
            'velocity_per_day',
            'sell_through_percent',
            'days_of_cover',
            'runs_out_on',
          ]),
        )
      }
    },
  )

  verifies(
    'contract-5-tool-reports',
    'every listed report can be read: profit and loss, stock valuation',
    async () => {
      const reports = list((await use('list_reports')).reports)
      const names = JSON.stringify(reports)
      expect(names).toMatch(/profit/i)
      expect(names).toMatch(/valuation/i)
      for (const report of reports.slice(0, 4)) {
        const id = report.id ?? report.report_id
        expect(JSON.stringify(await use('get_report', { report_id: id }))).toMatch(/\d/)
      }
      await refuse('get_report', { report_id: 'no-such-report' })
    },
  )
})
