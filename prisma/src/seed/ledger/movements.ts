import { type Books, issue, receive, type Stock } from './books.ts'

/** Evens out an item that is short in one warehouse and plentiful in another of the company. */
export function transferStock(books: Books, day: string): void {
  const [first, second] = books.company.warehouses
  if (!first || !second) return
  for (const item of books.items) {
    const one = books.stockOf(item.id, first.id)
    const other = books.stockOf(item.id, second.id)
    if (isShort(one) && isPlentiful(other)) move(books, other, one, day)
    else if (isShort(other) && isPlentiful(one)) move(books, one, other, day)
  }
}

function isShort(stock: Stock): boolean {
  return stock.dailyDemand > 0 && stock.onHand < stock.dailyDemand * 8
}

function isPlentiful(stock: Stock): boolean {
  return stock.onHand > stock.dailyDemand * 80 && stock.onHand >= 12
}

function move(books: Books, from: Stock, to: Stock, day: string): void {
  const quantity = Math.min(
    Math.floor(from.onHand / 3),
    Math.max(6, Math.ceil(to.dailyDemand * 21)),
  )
  const costMinor = issue(from, quantity)
  receive(books, to, { day, source: 'transfer', quantity, costMinor })
  const { company, tables } = books
  tables.StockTransfer.push({
    id: numbered('trf', tables.StockTransfer),
    companyId: company.id,
    itemId: from.item.id,
    fromWarehouseId: from.warehouseId,
    toWarehouseId: to.warehouseId,
    movedOn: day,
    quantity,
    costMinor,
  })
}

/** Counts some shelves: a few units are missing or broken, now and then one is found. */
export function countStock(books: Books, day: string): void {
  const { random } = books
  for (const stock of books.stocks) {
    if (stock.onHand > 0 && random.chance(0.02)) {
      const quantity = Math.min(stock.onHand, random.between(1, 3))
      const reason = random.pick(['Damaged in storage', 'Missing at cycle count', 'Photo sample'])
      adjust(books, stock, day, { quantity: -quantity, costMinor: -issue(stock, quantity), reason })
    } else if (stock.onHand > 0 && random.chance(0.006)) {
      const quantity = random.between(1, 2)
      const costMinor = quantity * stock.item.unitCostMinor
      receive(books, stock, { day, source: 'adjustment', quantity, costMinor })
      adjust(books, stock, day, { quantity, costMinor, reason: 'Found at cycle count' })
    }
  }
}

function adjust(
  books: Books,
  stock: Stock,
  adjustedOn: string,
  change: { quantity: number; costMinor: number; reason: string },
): void {
  const { company, tables } = books
  tables.StockAdjustment.push({
    id: numbered('adj', tables.StockAdjustment),
    companyId: company.id,
    warehouseId: stock.warehouseId,
    itemId: stock.item.id,
    adjustedOn,
    ...change,
  })
}

/** Promises some of what is on hand to orders of the last days. */
export function reserveStock(books: Books, recentDays: readonly string[]): void {
  const { company, random, tables } = books
  for (const stock of books.stocks) {
    if (stock.onHand < 6 || !random.chance(0.22)) continue
    tables.StockReservation.push({
      id: numbered('rsv', tables.StockReservation),
      companyId: company.id,
      warehouseId: stock.warehouseId,
      itemId: stock.item.id,
      quantity: random.between(1, Math.min(12, Math.floor(stock.onHand / 3))),
      orderedOn: random.pick(recentDays),
    })
  }
}

/** The id of a table's next row. */
function numbered(prefix: string, rows: readonly unknown[]): string {
  return `${prefix}_${String(rows.length + 1).padStart(4, '0')}`
}
