import type { Database } from '@neonpanel/database/open'
import { z } from 'zod'
import { readItems } from '../ledger/items.ts'
import { money, moneySchema } from '../ledger/money.ts'
import type { Report } from '../ledger/reports.ts'
import { readResults, resultsByChannel, sumResults } from '../ledger/results.ts'
import { readAdjustmentValue, readStockValue, type StockValue } from '../ledger/valuation.ts'
import { readWarehouses } from '../ledger/warehouses.ts'
import { describeResult, resultFields } from './figures.ts'

export const profitAndLossOutput = z.object({
  ...resultFields,
  stock_adjustments: moneySchema.describe('Value of units found less units lost when counting'),
  operating_result: moneySchema.describe('contribution + stock_adjustments'),
  channels: z.array(z.object({ channel: z.string(), ...resultFields })),
})

const valueFields = { units: z.int(), value: moneySchema }

export const stockValuationOutput = z.object({
  ...valueFields,
  warehouses: z.array(z.object({ warehouse_id: z.string(), name: z.string(), ...valueFields })),
  categories: z.array(z.object({ category: z.string(), ...valueFields })),
  largest_items: z
    .array(z.object({ item_id: z.string(), sku: z.string(), name: z.string(), ...valueFields }))
    .describe('The ten items that hold the most value'),
})

const largestCount = 10

/** Draws a profit and loss statement; its sales figures are those of get_revenue_and_cogs for the same range. */
export async function drawProfitAndLoss(
  database: Database,
  { company, period }: Report,
): Promise<z.input<typeof profitAndLossOutput>> {
  const [days, adjustments] = await Promise.all([
    readResults(database, company, period),
    readAdjustmentValue(database, company.id, period.from, period.to),
  ])
  const { currency } = company
  const total = sumResults(days)
  const contribution = total.grossMinor - total.refundMinor - total.costMinor - total.feesMinor
  return {
    ...describeResult(total, currency),
    stock_adjustments: money(adjustments, currency),
    operating_result: money(contribution + adjustments, currency),
    channels: resultsByChannel(days).map(({ channel, ...result }) => ({
      channel,
      ...describeResult(result, currency),
    })),
  }
}

/** Draws a stock valuation at the end of a report's period, at FIFO landed cost. */
export async function drawStockValuation(
  database: Database,
  { company, period }: Report,
): Promise<z.input<typeof stockValuationOutput>> {
  const [values, items, warehouses] = await Promise.all([
    readStockValue(database, company.id, period.to),
    readItems(database, company.id),
    readWarehouses(database, company.id),
  ])
  const { currency } = company
  const itemOf = new Map(items.map((item) => [item.id, item]))
  const byWarehouse = Map.groupBy(values, (value) => value.warehouseId)
  const byCategory = Map.groupBy(values, (value) => itemOf.get(value.itemId)!.category)
  const byItem = Map.groupBy(values, (value) => value.itemId)
  const largest = [...byItem]
    .sort(([, a], [, b]) => sumValue(b) - sumValue(a))
    .slice(0, largestCount)
  return {
    ...describeValue(values, currency),
    warehouses: warehouses.map(({ id, name }) => ({
      warehouse_id: id,
      name,
      ...describeValue(byWarehouse.get(id) ?? [], currency),
    })),
    categories: [...byCategory]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([category, parts]) => ({ category, ...describeValue(parts, currency) })),
    largest_items: largest.map(([id, parts]) => ({
      item_id: id,
      sku: itemOf.get(id)!.sku,
      name: itemOf.get(id)!.name,
      ...describeValue(parts, currency),
    })),
  }
}

function describeValue(parts: readonly StockValue[], currency: string) {
  const units = parts.reduce((sum, part) => sum + part.units, 0)
  return { units, value: money(sumValue(parts), currency) }
}

function sumValue(parts: readonly StockValue[]): number {
  return parts.reduce((sum, part) => sum + part.valueMinor, 0)
}
