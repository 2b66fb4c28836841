import { proportion } from '../../ledger/allocation.ts'
import { type Books, issue, type Stock, type StockedItem } from './books.ts'
import type { Channel } from './companies.ts'
import type { Random } from './random.ts'
import { saleEvent, seasonalDemand } from './seasons.ts'

/** Yearly growth of demand. */
const growth = 0.18

/** Posts a day's sales, channel by channel; nothing is sold that is not on hand. */
export function sellForADay(books: Books, day: string, daysIn: number): void {
  const date = new Date(`${day}T00:00:00Z`)
  const event = saleEvent(date)
  const trend = event.demand * (1 + (growth * daysIn) / 365)
  const seasons = new Map<string, number>()
  for (const item of books.items) {
    let season = seasons.get(item.category)
    if (season === undefined) {
      season = seasonalDemand(item.category, date) * trend
      seasons.set(item.category, season)
    }
    for (const channel of books.company.channels) {
      const expected = (channel.ordersPerDayHundredths / 100) * item.appeal * season
      const orders = countOrders(books.random, expected)
      if (orders > 0) sell(books, item, channel, day, orders, event.pricePercent)
    }
  }
}

function countOrders(random: Random, expected: number): number {
  const whole = Math.floor(expected)
  return whole + (random.chance(expected - whole) ? 1 : 0)
}

function sell(
  { company, random, tables, stockOf }: Books,
  item: StockedItem,
  channel: Channel,
  day: string,
  orders: number,
  eventPercent: number,
): void {
  const wanted = unitsOf(random, channel, orders)
  const stock = pickStock(
    channel.warehouses.map((id) => stockOf(item.id, id)),
    wanted,
  )
  const quantity = Math.min(wanted, stock.onHand)
  if (quantity === 0) return
  const retail = channel.unitsPerOrder.case === 1
  const percent = retail
    ? proportion(channel.pricePercent, eventPercent, 100)
    : channel.pricePercent
  const priceMinor = proportion(item.listPriceMinor, percent, 100)
  const grossMinor = quantity * priceMinor
  const shipped = Math.min(orders, quantity)
  const feesMinor =
    proportion(grossMinor, channel.feeBasisPoints, 10_000) + shipped * channel.feePerOrderMinor
  tables.Sale.push({
    itemId: item.id,
    warehouseId: stock.warehouseId,
    soldOn: day,
    channel: channel.name,
    companyId: company.id,
    orders: shipped,
    quantity,
    grossMinor,
    refundMinor: random.chance((shipped * channel.refundPercent) / 100) ? priceMinor : 0,
    feesMinor,
    costMinor: issue(stock, quantity),
  })
}

function unitsOf(random: Random, channel: Channel, orders: number): number {
  const { low, high, case: units } = channel.unitsPerOrder
  let total = 0
  for (let order = 0; order < orders; order += 1) {
    // Most shoppers take the least; a quarter takes more.
    total += (units > 1 || random.chance(0.25) ? random.between(low, high) : low) * units
  }
  return total
}

/** The first warehouse that has enough, else the one that has most. */
function pickStock(stocks: readonly Stock[], wanted: number): Stock {
  let most = stocks[0]!
  for (const stock of stocks) {
    if (stock.onHand >= wanted) return stock
    if (stock.onHand > most.onHand) most = stock
  }
  return most
}
