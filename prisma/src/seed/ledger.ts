import type { Database } from '../database.ts'
import { dayNumber, dayOfNumber } from '../ledger/days.ts'
import { type SqlValue, statement } from '../statement.ts'
import { type Books, firstDay, lastDay, type Stock, type StockedItem } from './ledger/books.ts'
import { type DemoCompany, demoCompanies } from './ledger/companies.ts'
import { countStock, reserveStock, transferStock } from './ledger/movements.ts'
import { startPurchasing } from './ledger/purchasing.ts'
import { createRandom, type Random } from './ledger/random.ts'
import { sellForADay } from './ledger/sales.ts'
import { emptyTables, type LedgerTables } from './ledger/tables.ts'

const hasItems = statement(
  'ledger_has_items',
  'SELECT 1 FROM "Item" WHERE "companyId" = $1 LIMIT 1',
)

/** Writes the demo companies' books once: all of them in one transaction, or nothing when they are there. */
export async function seedLedger(database: Database): Promise<void> {
  if ((await database.query(hasItems, [demoCompanies[0]!.id])).length > 0) return
  const tables = generateLedger()
  await database.transaction(async (_query, insertRows) => {
    for (const [table, rows] of Object.entries(tables)) {
      const columns = Object.keys(rows[0]!)
      await insertRows(
        table,
        columns,
        rows.map((row: Record<string, SqlValue>) => columns.map((column) => row[column]!)),
      )
    }
  })
}

/** Two years of three companies' books, the same each time. */
export function generateLedger(): LedgerTables {
  const tables = emptyTables()
  for (const company of demoCompanies) writeBooks(openBooks(company, tables))
  return tables
}

function writeBooks(books: Books): void {
  const first = dayNumber(firstDay)
  const totalDays = dayNumber(lastDay) - first + 1
  const purchasing = startPurchasing(books, totalDays)
  purchasing.open()
  for (let daysIn = 0; daysIn < totalDays; daysIn += 1) {
    const day = dayOfNumber(first + daysIn)
    purchasing.receiveArrivals(daysIn)
    sellForADay(books, day, daysIn)
    if (day.endsWith('-12')) transferStock(books, day)
    if (day.endsWith('-27')) countStock(books, day)
    purchasing.review(daysIn)
  }
  const recentDays = [0, 1, 2, 3, 4].map((ago) => dayOfNumber(first + totalDays - 1 - ago))
  reserveStock(books, recentDays)
}

function openBooks(company: DemoCompany, tables: LedgerTables): Books {
  const random = createRandom(company.randomSeed)
  const items = company.catalogue.map((item, index) => ({
    ...item,
    id: `itm_${company.code}_${1001 + index}`,
    appeal: (item.popularity / 10) ** 2 * (0.7 + random.next() * 0.6),
  }))
  const stocks = items.flatMap((item) =>
    company.warehouses.map(({ id }) => emptyStock(company, item, id)),
  )
  const byKey = new Map(stocks.map((stock) => [`${stock.item.id} ${stock.warehouseId}`, stock]))
  writeMasterData(company, items, random, tables)
  return {
    company,
    random,
    tables,
    items,
    stocks,
    stockOf: (itemId, warehouseId) => byKey.get(`${itemId} ${warehouseId}`)!,
  }
}

function emptyStock(company: DemoCompany, item: StockedItem, warehouseId: string): Stock {
  let dailyDemand = 0
  for (const { warehouses, ordersPerDayHundredths, unitsPerOrder } of company.channels) {
    if (warehouses[0] !== warehouseId) continue
    const { low, high, case: units } = unitsPerOrder
    const perOrder = units === 1 ? low + (high - low) / 8 : ((low + high) / 2) * units
    dailyDemand += (ordersPerDayHundredths / 100) * item.appeal * perOrder
  }
  return { item, warehouseId, open: [], layerCount: 0, onHand: 0, inbound: 0, dailyDemand }
}

function writeMasterData(
  company: DemoCompany,
  items: readonly StockedItem[],
  random: Random,
  tables: LedgerTables,
): void {
  const { id, name, currency, country, channels, warehouses } = company
  const marketplaces = JSON.stringify(channels.map((channel) => channel.name))
  tables.Company.push({ id, name, currency, country, marketplaces, postedThrough: lastDay })
  for (const warehouse of warehouses) tables.Warehouse.push({ ...warehouse, companyId: id })
  for (const { appeal, popularity: _, ...item } of items) {
    const reorderPoint = Math.max(6, Math.round(appeal * item.leadTimeDays)) + random.between(0, 4)
    tables.Item.push({ ...item, companyId: id, reorderPoint, active: true })
  }
}
