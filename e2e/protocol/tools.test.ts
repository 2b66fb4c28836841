import { resourceScopes } from '@neonpanel/contracts/scopes'
import { toolScopes } from '@neonpanel/contracts/tool-catalogue'
import { type GrantWish, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { describe, expect } from 'vitest'
import { callTool, modernCall } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { type Json, list, toolUser } from '../harness/tools.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const everything = resourceScopes.join(' ')

async function holder(wish: GrantWish) {
  const { access_token } = await tokensFor(stack, wish)
  return { token: access_token, ...toolUser(stack.mcpUrl, access_token) }
}

const owner = await holder({ scope: everything })
const analyst = await holder({ person: 'analyst', scope: everything })
const warehouse = await holder({ person: 'warehouse', scope: everything })

type Holder = Awaited<ReturnType<typeof holder>>

const companyNames = async ({ use }: Holder) =>
  list((await use('list_companies')).companies)
    .map(({ name }) => name)
    .sort()

async function someItem({ use }: Holder = owner): Promise<Json> {
  const [item] = list((await use('get_inventory_items', { limit: 1 })).items)
  return item ?? {}
}

describe('tools/list', () => {
  verifies(
    ['RS-93', 'RS-94', 'RS-96', 'RS-89'],
    'names twelve tools with schemas, hints and their scopes',
    async () => {
      const { rpc } = await modernCall(stack.mcpUrl, owner.token, 'tools/list')
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
      expect(await companyNames(owner)).toEqual(['Harbor Goods EU B.V.', 'Harbor Goods LLC'])
      expect(await companyNames(analyst)).toEqual(['Harbor Goods LLC', 'Tallow Studio'])
      expect(await companyNames(warehouse)).toEqual(['Harbor Goods EU B.V.'])
      const one = await holder({ companies: ['Harbor Goods LLC'] })
      expect(await companyNames(one)).toEqual(['Harbor Goods LLC'])
    },
  )

  verifies(
    'contract-5-tool-list-warehouses',
    'list_warehouses lists them with stock totals',
    async () => {
      const warehouses = list((await owner.use('list_warehouses')).warehouses)
      expect(warehouses.length).toBeGreaterThanOrEqual(2)
      for (const one of warehouses) {
        expect(one).toMatchObject({
          id: expect.any(String),
          name: expect.any(String),
          on_hand: expect.any(Number),
        })
      }
      const all = list((await warehouse.use('list_warehouses', {})).warehouses)
      expect(new Set(all.map(({ company_id }) => company_id)).size).toBe(1)
    },
  )

  verifies('RS-92', 'a company that is not in the token is as if it did not exist', async () => {
    const [foreign] = await stack.database.prisma.company.findMany({
      where: { name: 'Tallow Studio' },
    })
    for (const name of ['list_warehouses', 'get_inventory_items', 'get_revenue_and_cogs']) {
      const words = await owner.refuse(name, { company_id: foreign?.id ?? '' })
      expect(words).not.toContain('Tallow')
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
        const page = await owner.use('get_inventory_items', {
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
      await owner.refuse('get_inventory_items', { cursor: 'AAAA' })
      await owner.refuse('get_inventory_items', { limit: 1000 })
      await owner.refuse('get_inventory_items', { unknown_argument: true })
      await owner.refuse('get_inventory_items', { company_id: "' OR 1=1 --" })
    },
  )

  verifies(
    ['contract-5-tool-search', 'contract-5-tool-fetch', 'RS-89', 'RS-90', 'RS-91', 'RS-92'],
    'everything that search finds can be fetched in full',
    async () => {
      const item = await someItem()
      const { results } = await owner.use('search', { query: String(item.name) })
      expect(list(results).length).toBeGreaterThanOrEqual(1)
      for (const { id, title, url } of list(results).slice(0, 5)) {
        expect(title).toEqual(expect.any(String))
        expect(url).toMatch(/^https?:\/\//)
        const document = await owner.use('fetch', { id })
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
    expect(await owner.use('search', { query: 'zzqxj no such thing' })).toEqual({ results: [] })
  })

  verifies(
    ['contract-5-tool-search', 'RS-92'],
    'search finds finance documents only for a token that may read them',
    async () => {
      const question = { query: 'profit and loss' }
      const found = list((await owner.use('search', question)).results)
      expect(found.some(({ title }) => /profit and loss/i.test(String(title)))).toBe(true)
      const without = list((await warehouse.use('search', question)).results)
      expect(without.some(({ title }) => /profit and loss/i.test(String(title)))).toBe(false)
      const report = found.find(({ title }) => /profit and loss/i.test(String(title)))
      const { status, tool } = await callTool(stack.mcpUrl, warehouse.token, 'fetch', {
        id: report?.id,
      })
      expect(status === 403 || tool.isError === true).toBe(true)
    },
  )

  verifies(
    ['contract-5-tool-fetch', 'RS-90', 'RS-92'],
    'fetch refuses what is unknown or another company’s',
    async () => {
      await owner.refuse('fetch', { id: 'no-such-document' })
      const item = await someItem(warehouse)
      const results = list((await warehouse.use('search', { query: String(item.sku) })).results)
      const words = await analyst.refuse('fetch', { id: results[0]?.id })
      expect(words).not.toContain(String(item.name))
    },
  )
})

describe('finance', () => {
  verifies(
    'contract-5-tool-get-item-cogs',
    'get_item_cogs adds up: the periods are the total',
    async () => {
      const item = await someItem()
      const answer = await owner.use('get_item_cogs', { item_id: item.id })
      expect(answer).toMatchObject({
        item: { id: item.id },
        currency: expect.stringMatching(/^[A-Z]{3}$/),
      })
      const periods = list(answer.periods)
      expect(periods.length).toBeGreaterThanOrEqual(1)
      const units = periods.reduce((sum, period) => sum + Number(period.units_sold), 0)
      expect(units).toBe((answer.total as Json).units_sold)
      await owner.refuse('get_item_cogs', { item_id: 'no-such-item' })
      await owner.refuse('get_item_cogs', { item_id: item.id, from: '2026-13-45' })
    },
  )

  verifies(
    'contract-5-tool-get-item-landed-cost',
    'get_item_landed_cost shows each shipment with its components',
    async () => {
      const item = await someItem()
      const shipments = list(
        (await owner.use('get_item_landed_cost', { item_id: item.id })).shipments,
      )
      expect(shipments.length).toBeGreaterThanOrEqual(1)
      for (const { per_unit, total } of shipments) {
        for (const components of [per_unit, total]) {
          expect(Object.keys(components as Json).sort()).toEqual(
            expect.arrayContaining(['duty', 'freight', 'goods', 'insurance', 'landed']),
          )
        }
      }
      await owner.refuse('get_item_landed_cost', { item_id: 'no-such-item' })
    },
  )

  verifies(
    'contract-5-tool-get-revenue-and-cogs',
    'get_revenue_and_cogs reports by period and channel, with margin',
    async () => {
      const companies = list((await owner.use('get_revenue_and_cogs')).companies)
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
      const items = list((await owner.use('get_analytics', { limit: 5 })).items)
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
      const reports = list((await owner.use('list_reports')).reports)
      const names = JSON.stringify(reports)
      expect(names).toMatch(/profit/i)
      expect(names).toMatch(/valuation/i)
      for (const report of reports.slice(0, 4)) {
        const id = report.id ?? report.report_id
        expect(JSON.stringify(await owner.use('get_report', { report_id: id }))).toMatch(/\d/)
      }
      await owner.refuse('get_report', { report_id: 'no-such-report' })
    },
  )
})
