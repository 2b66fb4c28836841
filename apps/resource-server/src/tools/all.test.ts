import { isToolName, toolNames, toolScopes } from '@neonpanel/contracts/tool-catalogue'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type DemoLedger, openDemoLedger, ToolFailure } from '../testing/demo-ledger.ts'
import { tools } from './all.ts'

describe('the tools', () => {
  test('are those of the catalogue, in its order, with its scopes', () => {
    expect(tools.map(({ name }) => name)).toEqual(toolNames)
    for (const tool of tools) expect(tool.scopes).toEqual(toolScopes[tool.name])
  })

  test.each(tools.map((tool) => [tool.name, tool] as const))(
    '%s says what it is for',
    (name, tool) => {
      expect(isToolName(name)).toBe(true)
      expect(tool.title.length).toBeGreaterThan(3)
      expect(tool.description.length).toBeGreaterThan(60)
      const { properties = {} } = z.toJSONSchema(tool.input, { io: 'input' }) as {
        properties?: Record<string, { description?: string }>
      }
      for (const [field, { description }] of Object.entries(properties)) {
        expect({ field, description }).toEqual({
          field,
          description: expect.stringMatching(/.{10}/),
        })
      }
    },
  )

  test.each(tools.map((tool) => [tool.name, tool] as const))(
    '%s refuses an argument that it does not have',
    (_, tool) => {
      const parsed = tool.input.safeParse({ query: 'x', id: 'x', item_id: 'x', surprise: true })
      expect(parsed.success).toBe(false)
      expect(JSON.stringify(parsed.error?.issues)).toContain('surprise')
    },
  )

  test('say that they only read, but the one that writes', () => {
    for (const { name, annotations } of tools) {
      const writes = name === 'import_items'
      expect({ name, ...annotations }).toEqual({
        name,
        readOnlyHint: !writes,
        destructiveHint: writes,
        idempotentHint: true,
        openWorldHint: false,
      })
    }
  })

  test('have the input and output that ChatGPT expects of search and fetch', () => {
    const [search, fetchTool] = tools
    expect(z.toJSONSchema(search!.input)).toMatchObject({
      properties: { query: { type: 'string' } },
      required: ['query'],
      additionalProperties: false,
    })
    expect(z.toJSONSchema(search!.output)).toMatchObject({
      required: ['results'],
      properties: { results: { items: { required: ['id', 'title', 'url'] } } },
    })
    expect(z.toJSONSchema(fetchTool!.input)).toMatchObject({
      properties: { id: { type: 'string' } },
      required: ['id'],
      additionalProperties: false,
    })
    expect(z.toJSONSchema(fetchTool!.output)).toMatchObject({
      required: ['id', 'title', 'text', 'url'],
    })
  })
})

describe('access', () => {
  let demo: DemoLedger
  beforeAll(async () => {
    demo = await openDemoLedger()
  })
  afterAll(() => demo[Symbol.asyncDispose]())

  const outsider = { companies: ['co_tallow'] }

  test.each([
    ['fetch', { id: 'itm_us_1001' }, { id: 'itm_us_nowhere' }],
    ['fetch', { id: 'shp_us_0001' }, { id: 'shp_us_nowhere' }],
    [
      'fetch',
      { id: 'profit_and_loss.co_harbor_us.2026-10' },
      { id: 'profit_and_loss.co_nowhere.2026-10' },
    ],
    ['list_warehouses', { company_id: 'co_harbor_us' }, { company_id: 'co_nowhere' }],
    ['get_inventory_items', { company_id: 'co_harbor_us' }, { company_id: 'co_nowhere' }],
    ['get_inventory_items', { warehouse_id: 'wh_reno' }, { warehouse_id: 'wh_nowhere' }],
    ['get_item_cogs', { item_id: 'itm_us_1001' }, { item_id: 'itm_us_nowhere' }],
    ['get_item_cogs', { item_id: 'HG-LTT-OAT' }, { item_id: 'HG-NOWHERE' }],
    [
      'get_item_cogs',
      { item_id: 'itm_ts_1001', warehouse_id: 'wh_reno' },
      { item_id: 'itm_ts_1001', warehouse_id: 'wh_nowhere' },
    ],
    ['get_item_landed_cost', { item_id: 'itm_us_1001' }, { item_id: 'itm_us_nowhere' }],
    ['get_revenue_and_cogs', { company_id: 'co_harbor_us' }, { company_id: 'co_nowhere' }],
    ['get_revenue_and_cogs', { item_id: 'itm_us_1001' }, { item_id: 'itm_us_nowhere' }],
    ['get_analytics', { company_id: 'co_harbor_us' }, { company_id: 'co_nowhere' }],
    ['get_analytics', { item_id: 'itm_us_1001' }, { item_id: 'itm_us_nowhere' }],
    ['list_reports', { company_id: 'co_harbor_us' }, { company_id: 'co_nowhere' }],
    [
      'get_report',
      { report_id: 'profit_and_loss.co_harbor_us.2026-10' },
      { report_id: 'profit_and_loss.co_nowhere.2026-10' },
    ],
    [
      'import_items',
      { company_id: 'co_harbor_us', rows: [{ sku: 'X' }] },
      { company_id: 'co_nowhere', rows: [{ sku: 'X' }] },
    ],
  ] as const)(
    '%s: %o of another company is like one that does not exist',
    async (tool, foreign, unknown) => {
      const refusal = async (input: object) => {
        const failure = await demo.call(tool, input, outsider).catch((error: Error) => error)
        expect(failure).toBeInstanceOf(Error)
        const { message } = failure as Error
        const [suggestion = ''] = / Did you mean .*?\?(?= )/.exec(message) ?? []
        expect(suggestion).not.toMatch(/harbor|_us_|_eu_|wh_reno|wh_allentown|HG-|HE-/i)
        const [id] = Object.values(input)
          .reverse()
          .filter((value) => typeof value === 'string')
        return message.replace(suggestion, '').replaceAll(id!, 'ID')
      }
      const [known, missing] = [await refusal(foreign), await refusal(unknown)]
      expect(known).toBe(missing)
      expect(known).toContain('There is no')
    },
  )

  test.each([
    ['get_item_cogs', { item_id: 'HG-LTT-OAK' }, 'itm_us_1001 ('],
    ['get_item_cogs', { item_id: 'linen tablecloth oat' }, 'itm_us_1010 ('],
    ['fetch', { id: 'HG-LTT-OAT' }, 'itm_us_1001 ('],
    ['fetch', { id: 'PO-2026-0300' }, 'shp_us_0300 ('],
    ['list_warehouses', { company_id: 'Harbor Goods LLC' }, 'co_harbor_us (Harbor Goods LLC)'],
    ['get_inventory_items', { warehouse_id: 'Reno' }, 'wh_reno ('],
    ['get_inventory_items', { warehouse_id: 'wh_rneo' }, 'wh_reno ('],
    [
      'get_report',
      { report_id: 'profit_and_loss.co_harbor_us.2026-13' },
      'profit_and_loss.co_harbor_us.2026-10 (',
    ],
    [
      'get_report',
      { report_id: 'stock valuation october 2026 LLC' },
      'stock_valuation.co_harbor_us',
    ],
  ] as const)('%s: %o is asked back about: did you mean …', async (tool, input, meant) => {
    const failure: Error = await demo.call(tool, input).catch((error: Error) => error)
    expect(failure).toBeInstanceOf(ToolFailure)
    expect(failure.message).toMatch(/Did you mean .*\? (?:Call|Use|Find)/)
    expect(failure.message).toContain(meant)
    expect(failure.message.length).toBeLessThan(500)
  })

  test('no answer to an outsider names anything of another company', async () => {
    const answers = await Promise.all([
      demo.call('search', { query: 'linen candle enamel' }, outsider),
      demo.call('list_companies', {}, outsider),
      demo.call('list_warehouses', {}, outsider),
      demo.call('get_inventory_items', { limit: 100 }, outsider),
      demo.call('get_revenue_and_cogs', {}, outsider),
      demo.call('get_analytics', { limit: 100 }, outsider),
      demo.call('list_reports', { limit: 100 }, outsider),
    ])
    const text = JSON.stringify(answers)
    expect(text).toContain('co_tallow')
    expect(text).not.toMatch(/harbor|_us_|_eu_|wh_reno|wh_allentown|wh_venlo|wh_poznan/i)
  })

  test('a connection without companies gets empty lists', async () => {
    const nobody = { companies: [] }
    expect(await demo.call('list_companies', {}, nobody)).toEqual({ companies: [] })
    expect(await demo.call('list_warehouses', {}, nobody)).toEqual({ warehouses: [] })
    expect(await demo.call('search', { query: 'linen' }, nobody)).toEqual({ results: [] })
    expect(await demo.call('get_inventory_items', {}, nobody)).toMatchObject({
      items: [],
      as_of: null,
    })
    expect(await demo.call('get_revenue_and_cogs', {}, nobody)).toEqual({ companies: [] })
    expect(await demo.call('get_analytics', {}, nobody)).toMatchObject({
      items: [],
      total_count: 0,
    })
    expect(await demo.call('list_reports', {}, nobody)).toMatchObject({ reports: [] })
  })

  test('a company of the token that is not in the ledger is left out', async () => {
    const caller = { companies: ['co_gone', 'co_tallow'] }
    const { companies } = await demo.call('list_companies', {}, caller)
    expect(companies.map(({ id }: { id: string }) => id)).toEqual(['co_tallow'])
  })
})
