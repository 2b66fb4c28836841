import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Money } from '../ledger/money.ts'
import { type DemoLedger, openDemoLedger, ToolFailure } from '../testing/demo-ledger.ts'

let demo: DemoLedger
beforeAll(async () => {
  demo = await openDemoLedger()
})
afterAll(() => demo[Symbol.asyncDispose]())

const wholeBooks = { from: '2024-11-01', to: '2026-10-31' }
const everyone = { companies: ['co_harbor_us', 'co_harbor_eu', 'co_tallow'] }

/** In the smallest unit that is written. */
function exact({ amount }: Money): number {
  return Number(amount.replace('.', ''))
}

function sum(amounts: readonly Money[]): number {
  return amounts.reduce((total, amount) => total + exact(amount), 0)
}

describe('get_item_cogs', () => {
  test('periods sum to the total, whatever the period', async () => {
    const totals = []
    for (const period of ['month', 'quarter']) {
      const { periods, total } = await demo.call('get_item_cogs', {
        item_id: 'itm_us_1037',
        period,
        ...wholeBooks,
      })
      expect(sum(periods.map((row: { cogs: Money }) => row.cogs))).toBe(exact(total.cogs))
      totals.push(total)
    }
    expect(totals[0]).toEqual(totals[1])
    expect(totals[0].units_sold).toBeGreaterThan(50)
  })

  test('warehouses sum to the whole', async () => {
    const ask = (input: object) =>
      demo.call('get_item_cogs', { item_id: 'itm_us_1001', ...wholeBooks, ...input })
    const whole = await ask({})
    const parts = [
      await ask({ warehouse_id: 'wh_reno' }),
      await ask({ warehouse_id: 'wh_allentown' }),
    ]
    expect(sum(parts.map(({ total }) => total.cogs))).toBe(exact(whole.total.cogs))
    expect(parts.flatMap(({ batches_on_hand }) => batches_on_hand)).toHaveLength(
      whole.batches_on_hand.length,
    )
  })

  test('batches on hand are what the inventory shows', async () => {
    const { batches_on_hand } = await demo.call('get_item_cogs', { item_id: 'itm_us_1001' })
    const { items } = await demo.call('get_inventory_items', { query: 'HG-LTT-OAT' })
    const units = batches_on_hand.reduce(
      (total: number, batch: { units: number }) => total + batch.units,
      0,
    )
    expect(units).toBe(items[0].on_hand)
    const days = batches_on_hand.map((batch: { received_on: string }) => batch.received_on)
    expect(days).toEqual([...days].sort())
  })

  test('takes a SKU, and asks which when several companies use it', async () => {
    const bySku = await demo.call('get_item_cogs', { item_id: 'HG-LTT-OAT' })
    expect(bySku.item.id).toBe('itm_us_1001')
    await demo.database.prisma.item.update({
      where: { id: 'itm_eu_1078' },
      data: { sku: 'HG-LTT-OAT' },
    })
    const asked = demo.call('get_item_cogs', { item_id: 'HG-LTT-OAT' })
    await expect(asked).rejects.toThrow(
      /itm_us_1001 \(co_harbor_us\), itm_eu_1078 \(co_harbor_eu\)/,
    )
    await demo.database.prisma.item.update({
      where: { id: 'itm_eu_1078' },
      data: { sku: 'HE-LTT-LAST' },
    })
  })

  test.each([
    ['a range that ends before it begins', { from: '2026-10-02', to: '2026-10-01' }],
    ['a range after the books', { from: '2027-01-01' }],
    ['more rows than help anybody', { period: 'day', ...wholeBooks }],
    ['a range of centuries', { from: '0001-01-01', period: 'quarter' }],
  ])('%s is refused with what to do', async (_, range) => {
    const asked = demo.call('get_item_cogs', { item_id: 'itm_us_1001', ...range })
    await expect(asked).rejects.toThrow(ToolFailure)
    await expect(asked).rejects.toThrow(/[Cc]hoose/)
  })
})

describe('get_item_landed_cost', () => {
  test('components sum to the landed cost, per unit and in total', async () => {
    for (const item_id of ['itm_us_1037', 'itm_eu_1001', 'itm_us_1060']) {
      const { shipments } = await demo.call('get_item_landed_cost', { item_id, limit: 100 })
      expect(shipments.length).toBeGreaterThan(5)
      for (const { per_unit, total } of shipments) {
        for (const { landed, ...parts } of [per_unit, total]) {
          expect(sum(Object.values(parts))).toBe(exact(landed))
        }
      }
    }
  })

  test('the landed cost of a received line is what its layer cost', async () => {
    const { shipments } = await demo.call('get_item_landed_cost', {
      item_id: 'itm_us_1001',
      status: 'received',
      limit: 100,
    })
    const layers = await demo.database.prisma.costLayer.findMany({
      where: { itemId: 'itm_us_1001', source: 'shipment' },
    })
    expect(shipments).toHaveLength(layers.length)
    for (const { shipment_id, units, total } of shipments) {
      const layer = layers.find((candidate) => candidate.shipmentId === shipment_id)!
      expect([units, exact(total.landed)]).toEqual([layer.quantity, layer.costMinor])
    }
  })

  test('goods from within the customs area are free of duty', async () => {
    const { shipments } = await demo.call('get_item_landed_cost', { item_id: 'itm_eu_1001' })
    for (const { per_unit } of shipments) expect(exact(per_unit.duty)).toBe(0)
  })

  test('pages, and tells shipments under way from those that arrived', async () => {
    const ask = (input: object) =>
      demo.call('get_item_landed_cost', { item_id: 'itm_us_1001', ...input })
    const first = await ask({ limit: 3 })
    const second = await ask({ limit: 3, cursor: first.next_cursor })
    const ids = [...first.shipments, ...second.shipments].map(({ shipment_id }) => shipment_id)
    expect(new Set(ids).size).toBe(6)
    const underWay = await ask({ status: 'in_transit', limit: 100 })
    const arrived = await ask({ status: 'received', limit: 100 })
    expect(underWay.total_count + arrived.total_count).toBe(first.total_count)
    expect(underWay.shipments.every((row: { received_on: null }) => row.received_on === null)).toBe(
      true,
    )
  })
})

describe('get_revenue_and_cogs', () => {
  test('rows, channels and totals agree', async () => {
    const { companies } = await demo.call('get_revenue_and_cogs', {}, everyone)
    expect(companies).toHaveLength(3)
    for (const { rows, channels, total, currency } of companies) {
      for (const figure of [
        'gross_sales',
        'refunds',
        'net_revenue',
        'cogs',
        'gross_profit',
        'fees',
        'contribution',
      ]) {
        const of = (list: Record<string, Money>[]) => sum(list.map((row) => row[figure]!))
        expect(of(rows)).toBe(exact(total[figure]))
        expect(of(channels)).toBe(exact(total[figure]))
        expect(total[figure].currency).toBe(currency)
      }
      expect(exact(total.gross_sales) - exact(total.refunds)).toBe(exact(total.net_revenue))
      expect(exact(total.net_revenue) - exact(total.cogs)).toBe(exact(total.gross_profit))
      expect(exact(total.gross_profit) - exact(total.fees)).toBe(exact(total.contribution))
    }
  })

  test('the items of a company sum to the company', async () => {
    const caller = { companies: ['co_tallow'] }
    const range = { from: '2026-10-01', to: '2026-10-31' }
    const { companies } = await demo.call('get_revenue_and_cogs', range, caller)
    const { items } = await demo.call(
      'get_inventory_items',
      { limit: 100, include_inactive: true },
      caller,
    )
    const parts = await Promise.all(
      items.map(async ({ id }: { id: string }) => {
        const revenue = await demo.call('get_revenue_and_cogs', { ...range, item_id: id }, caller)
        const cogs = await demo.call('get_item_cogs', { ...range, item_id: id }, caller)
        expect(revenue.companies[0].total.cogs).toEqual(cogs.total.cogs)
        return revenue.companies[0].total
      }),
    )
    for (const figure of ['net_revenue', 'cogs', 'fees']) {
      expect(sum(parts.map((part) => part[figure]))).toBe(exact(companies[0].total[figure]))
    }
  })

  test('without channels there is one row per period', async () => {
    const { companies } = await demo.call('get_revenue_and_cogs', {
      by_channel: false,
      period: 'quarter',
      ...wholeBooks,
    })
    for (const { rows } of companies) {
      expect(rows).toHaveLength(9)
      expect(rows.every((row: { channel: null }) => row.channel === null)).toBe(true)
    }
  })

  test('rows by channel are left out where nobody asked for them and they would be many', async () => {
    const { companies } = await demo.call('get_revenue_and_cogs', { period: 'day' })
    for (const { rows, channels, total } of companies) {
      expect(rows).toHaveLength(30)
      expect(rows.every((row: { channel: null }) => row.channel === null)).toBe(true)
      expect(sum(rows.map((row: { cogs: Money }) => row.cogs))).toBe(exact(total.cogs))
      expect(channels.length).toBeGreaterThan(1)
    }
  })

  test.each([
    [{ period: 'day', by_channel: true }, /by_channel=false/],
    [{ period: 'day', from: '2026-08-01' }, /one company with company_id/],
    [{ period: 'day', from: '2026-07-15', company_id: 'co_harbor_us' }, /longer period/],
  ])('%o has more rows than help anybody, and is told what to do', async (input, advice) => {
    const asked = demo.call('get_revenue_and_cogs', input)
    await expect(asked).rejects.toThrow(ToolFailure)
    await expect(asked).rejects.toThrow(/an answer has at most 96/)
    await expect(asked).rejects.toThrow(advice)
  })

  test('the end of a range is cut to the books', async () => {
    const { companies } = await demo.call('get_revenue_and_cogs', {
      from: '2026-10-01',
      to: '2027-06-30',
    })
    for (const { to } of companies) expect(to).toBe('2026-10-31')
  })
})

describe('reports', () => {
  test('each one of the list opens', async () => {
    const { reports } = await demo.call('list_reports', { limit: 100 }, everyone)
    expect(reports).toHaveLength(100)
    for (const { id, kind, ...listed } of reports.filter(
      (_: unknown, index: number) => index % 7 === 0,
    )) {
      const report = await demo.call('get_report', { report_id: id }, everyone)
      expect(report).toMatchObject({ id, kind, ...listed })
      expect(report[kind]).toBeDefined()
      expect(Object.hasOwn(report, 'profit_and_loss')).toBe(kind === 'profit_and_loss')
    }
  })

  test('the list takes kinds and ranges', async () => {
    const { reports } = await demo.call('list_reports', {
      kind: 'stock_valuation',
      company_id: 'co_harbor_us',
      from: '2026-01-01',
      to: '2026-06-30',
    })
    expect(reports.map(({ to }: { to: string }) => to.slice(5, 7))).toEqual([
      '06',
      '05',
      '04',
      '03',
      '02',
      '01',
    ])
  })

  test.each(['2026-10', '2025-Q3'])(
    'the profit and loss of %s is that of get_revenue_and_cogs',
    async (period) => {
      for (const company of everyone.companies) {
        const { profit_and_loss, from, to } = await demo.call(
          'get_report',
          { report_id: `profit_and_loss.${company}.${period}` },
          everyone,
        )
        const { companies } = await demo.call(
          'get_revenue_and_cogs',
          { company_id: company, from, to },
          everyone,
        )
        const { stock_adjustments, operating_result, channels, ...figures } = profit_and_loss
        expect(figures).toEqual(companies[0].total)
        expect(channels).toEqual(companies[0].channels)
        expect(exact(operating_result)).toBe(exact(figures.contribution) + exact(stock_adjustments))
      }
    },
  )

  test('the months of a quarter sum to the quarter', async () => {
    const open = async (period: string) =>
      (await demo.call('get_report', { report_id: `profit_and_loss.co_harbor_us.${period}` }))
        .profit_and_loss
    const quarter = await open('2026-Q3')
    const months = await Promise.all(['2026-07', '2026-08', '2026-09'].map(open))
    for (const figure of ['net_revenue', 'cogs', 'stock_adjustments', 'operating_result']) {
      expect(sum(months.map((month) => month[figure]))).toBe(exact(quarter[figure]))
    }
  })

  test("the stock valuation at the books' end is the value of the remaining layers", async () => {
    for (const company of everyone.companies) {
      const { stock_valuation } = await demo.call(
        'get_report',
        { report_id: `stock_valuation.${company}.2026-10` },
        everyone,
      )
      const layers = await demo.database.prisma.costLayer.aggregate({
        where: { companyId: company },
        _sum: { remainingCostMinor: true, remainingQuantity: true },
      })
      expect(exact(stock_valuation.value)).toBe(layers._sum.remainingCostMinor)
      expect(stock_valuation.units).toBe(layers._sum.remainingQuantity)
      for (const list of ['warehouses', 'categories']) {
        expect(sum(stock_valuation[list].map((row: { value: Money }) => row.value))).toBe(
          exact(stock_valuation.value),
        )
      }
    }
  })

  test('a change of stock value is purchases less costs of sales and losses', async () => {
    const value = async (period: string) => {
      const id = `stock_valuation.co_harbor_us.${period}`
      return exact((await demo.call('get_report', { report_id: id })).stock_valuation.value)
    }
    const { profit_and_loss } = await demo.call('get_report', {
      report_id: 'profit_and_loss.co_harbor_us.2026-09',
    })
    const received = await demo.database.prisma.costLayer.aggregate({
      where: {
        companyId: 'co_harbor_us',
        source: 'shipment',
        receivedOn: { gte: '2026-09-01', lte: '2026-09-30' },
      },
      _sum: { costMinor: true },
    })
    const change = (await value('2026-09')) - (await value('2026-08'))
    const { cogs, stock_adjustments } = profit_and_loss
    expect(change).toBe(received._sum.costMinor! - exact(cogs) + exact(stock_adjustments))
  })

  test.each([
    'profit_and_loss.co_harbor_us.2024-10',
    'profit_and_loss.co_harbor_us.2026-11',
    'stock_valuation.co_harbor_us.2026-Q3',
    'balance_sheet.co_harbor_us.2026-10',
    '../../etc/passwd',
  ])('there is no report %s', async (report_id) => {
    await expect(demo.call('get_report', { report_id })).rejects.toThrow(/list_reports/)
  })
})
