import { addDays, type Day } from '../../ledger/days.ts'
import { consume, type Layer } from '../../ledger/fifo.ts'
import type { CatalogueItem } from './catalogue.ts'
import type { DemoCompany } from './companies.ts'
import type { Random } from './random.ts'
import type { LedgerTables } from './tables.ts'

/** The first day of the demo's books. */
export const firstDay: Day = '2024-11-01'

/** The demo's today: the last day with postings, two years after the first. */
export const lastDay: Day = '2026-10-31'

export interface StockedItem extends CatalogueItem {
  readonly id: string
  /** How it sells beside an item of popularity 10. */
  readonly appeal: number
}

/** One item in one warehouse while the books are written. */
export interface Stock {
  readonly item: StockedItem
  readonly warehouseId: string
  /** Layers with units left, oldest first. */
  readonly open: Layer[]
  layerCount: number
  onHand: number
  inbound: number
  /** Expected units sold per day over a year. */
  readonly dailyDemand: number
}

/** A demo company's books while its days go by. */
export interface Books {
  readonly company: DemoCompany
  readonly random: Random
  readonly tables: LedgerTables
  readonly items: readonly StockedItem[]
  readonly stocks: readonly Stock[]
  stockOf(itemId: string, warehouseId: string): Stock
}

export type LayerSource = 'shipment' | 'transfer' | 'adjustment'

/** Posts units into a warehouse at what they cost. */
export function receive(
  { company, tables }: Books,
  stock: Stock,
  entry: {
    day: Day
    source: LayerSource
    shipmentId?: string
    quantity: number
    costMinor: number
  },
): void {
  stock.layerCount += 1
  const layer = {
    itemId: stock.item.id,
    warehouseId: stock.warehouseId,
    sequence: stock.layerCount,
    companyId: company.id,
    receivedOn: entry.day,
    source: entry.source,
    shipmentId: entry.shipmentId ?? null,
    quantity: entry.quantity,
    costMinor: entry.costMinor,
    remainingQuantity: entry.quantity,
    remainingCostMinor: entry.costMinor,
  }
  tables.CostLayer.push(layer)
  stock.open.push(layer)
  stock.onHand += entry.quantity
}

/** Posts units out of a warehouse, oldest first. Answers what they had cost. */
export function issue(stock: Stock, quantity: number): number {
  const taken = consume(stock.open, quantity)
  if (!taken.ok) throw new Error(`${stock.item.sku} has ${taken.available} units, not ${quantity}`)
  stock.onHand -= quantity
  while (stock.open[0]?.remainingQuantity === 0) stock.open.shift()
  return taken.costMinor
}

/** The day that is `count` days into the books. */
export function bookDay(count: number): Day {
  return addDays(firstDay, count)
}
