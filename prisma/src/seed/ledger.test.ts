import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { addDays } from '../ledger/days.ts'
import { consume, type Layer } from '../ledger/fifo.ts'
import { type Charge, landedCosts } from '../ledger/landed-cost.ts'
import { firstDay, lastDay } from './ledger/books.ts'
import { demoCompanies } from './ledger/companies.ts'
import { generateLedger } from './ledger.ts'

const tables = generateLedger()

function key(row: { itemId: string; warehouseId: string }): string {
  return `${row.itemId} ${row.warehouseId}`
}

function sumBy<Row>(rows: readonly Row[], by: (row: Row) => string, of: (row: Row) => number) {
  const sums = new Map<string, number>()
  for (const row of rows) sums.set(by(row), (sums.get(by(row)) ?? 0) + of(row))
  return sums
}

describe('the demo ledger', () => {
  test('is the same, byte for byte, each time and on every machine', () => {
    const digest = createHash('sha256').update(JSON.stringify(tables)).digest('hex')
    expect(JSON.stringify(generateLedger())).toBe(JSON.stringify(tables))
    expect(digest).toBe('db1558ea6fc9b1aad6222c0fee208ea8325851b59c45e208908da6ff825ed8b4')
  })

  test('has three companies, five warehouses, and rows enough to be worth asking about', () => {
    expect(tables.Company.map(({ id, currency }) => [id, currency])).toEqual([
      ['co_harbor_us', 'USD'],
      ['co_harbor_eu', 'EUR'],
      ['co_tallow', 'USD'],
    ])
    expect(tables.Warehouse).toHaveLength(5)
    expect(tables.Item.length).toBeGreaterThanOrEqual(240)
    expect(tables.Shipment.length).toBeGreaterThan(500)
    expect(tables.Sale.length).toBeGreaterThan(30_000)
    expect(tables.Sale.length).toBeLessThan(50_000)
    expect(tables.StockTransfer.length).toBeGreaterThan(50)
    expect(tables.StockAdjustment.length).toBeGreaterThan(50)
    expect(tables.StockReservation.length).toBeGreaterThan(30)
  })

  test('covers each month of two years in each company and channel', () => {
    const months = new Set(
      tables.Sale.map((sale) => `${sale.companyId} ${sale.channel} ${sale.soldOn.slice(0, 7)}`),
    )
    const channels = demoCompanies.reduce((count, company) => count + company.channels.length, 0)
    expect(months.size).toBe(24 * channels)
    for (const { soldOn } of tables.Sale) {
      expect(soldOn >= firstDay && soldOn <= lastDay).toBe(true)
    }
  })

  test('has no two items of a company with one SKU, and no amount or quantity that is not a whole number', () => {
    expect(new Set(tables.Item.map((item) => `${item.companyId} ${item.sku}`)).size).toBe(
      tables.Item.length,
    )
    const numbers = Object.values(tables)
      .flat()
      .flatMap((row: object) => Object.values(row).filter((value) => typeof value === 'number'))
    expect(numbers.filter((number) => !Number.isSafeInteger(number))).toEqual([])
  })

  test('received − sold − moved out − lost = on hand, in every warehouse and for every item', () => {
    const received = sumBy(tables.CostLayer, key, (layer) => layer.quantity)
    const onHand = sumBy(tables.CostLayer, key, (layer) => layer.remainingQuantity)
    const sold = sumBy(tables.Sale, key, (sale) => sale.quantity)
    const lost = sumBy(tables.StockAdjustment, key, (change) => Math.max(0, -change.quantity))
    const moved = sumBy(
      tables.StockTransfer,
      (move) => `${move.itemId} ${move.fromWarehouseId}`,
      (move) => move.quantity,
    )
    for (const [stock, units] of received) {
      const out = (sold.get(stock) ?? 0) + (lost.get(stock) ?? 0) + (moved.get(stock) ?? 0)
      expect(units - out).toBe(onHand.get(stock))
    }
    for (const stock of [...sold.keys(), ...lost.keys(), ...moved.keys()]) {
      expect(received.has(stock)).toBe(true)
    }
  })

  test('costs received − costs sold − costs moved out − costs lost = value of the remaining layers', () => {
    const company = (row: { companyId: string }) => row.companyId
    const received = sumBy(tables.CostLayer, company, (layer) => layer.costMinor)
    const value = sumBy(tables.CostLayer, company, (layer) => layer.remainingCostMinor)
    const sold = sumBy(tables.Sale, company, (sale) => sale.costMinor)
    const moved = sumBy(tables.StockTransfer, company, (move) => move.costMinor)
    const lost = sumBy(tables.StockAdjustment, company, (change) => Math.max(0, -change.costMinor))
    for (const [id, cost] of received) {
      expect(cost - sold.get(id)! - (moved.get(id) ?? 0) - lost.get(id)!).toBe(value.get(id))
    }
  })

  test('replaying every posting first in, first out gives each posted cost again, and never a negative layer', () => {
    const stocks = new Map<string, Layer[]>()
    const take = (stock: string, day: string, quantity: number, cost: number) => {
      const taken = consume(
        stocks.get(stock)?.filter((layer) => layer.remainingQuantity > 0) ?? [],
        quantity,
      )
      expect({ stock, day, taken }).toEqual({ stock, day, taken: { ok: true, costMinor: cost } })
    }
    for (const { day, post } of postingsInOrder(stocks, take)) post(day)
    for (const layer of tables.CostLayer) {
      const again = stocks.get(key(layer))![layer.sequence - 1]!
      expect(again.remainingQuantity).toBe(layer.remainingQuantity)
      expect(again.remainingCostMinor).toBe(layer.remainingCostMinor)
      expect(layer.remainingQuantity).toBeGreaterThanOrEqual(0)
    }
  })

  test('lands each shipment completely: its layers cost what its lines and charges cost', () => {
    const costs = sumBy(
      tables.CostLayer.filter((layer) => layer.source === 'shipment'),
      (layer) => layer.shipmentId!,
      (layer) => layer.costMinor,
    )
    for (const { id, status } of tables.Shipment) {
      const lines = tables.ShipmentLine.filter((line) => line.shipmentId === id)
      const charges = tables.ShipmentCharge.filter((charge) => charge.shipmentId === id)
      const landed = landedCosts(lines, charges as unknown as Charge[])
      const whole = landed.reduce((sum, cost) => sum + cost.landed, 0)
      expect(costs.get(id)).toBe(status === 'received' ? whole : undefined)
    }
  })

  test('has shipments under way that arrive after the last day', () => {
    const underWay = tables.Shipment.filter((shipment) => shipment.status === 'in_transit')
    expect(underWay.length).toBeGreaterThan(10)
    for (const shipment of underWay) expect(shipment.receivedOn).toBeNull()
  })

  test('has items that run out next month at the pace of this one, and items that do not', () => {
    const since = addDays(lastDay, -30)
    const onHand = sumBy(
      tables.CostLayer,
      (layer) => layer.itemId,
      (layer) => layer.remainingQuantity,
    )
    const sold = sumBy(
      tables.Sale.filter((sale) => sale.soldOn > since),
      (sale) => sale.itemId,
      (sale) => sale.quantity,
    )
    const lasting = (item: string) => (onHand.get(item)! * 30) / (sold.get(item) ?? 0)
    const runOut = tables.Item.filter(({ id }) => onHand.get(id)! > 0 && lasting(id) <= 30)
    for (const { id } of tables.Company) {
      const count = runOut.filter((item) => item.companyId === id).length
      expect(count).toBeGreaterThanOrEqual(4)
    }
    expect(runOut.length).toBeLessThan(tables.Item.length / 4)
  })

  test('never promises more than is on hand', () => {
    const onHand = sumBy(tables.CostLayer, key, (layer) => layer.remainingQuantity)
    const promised = sumBy(tables.StockReservation, key, (reservation) => reservation.quantity)
    for (const [stock, units] of promised) expect(units).toBeLessThanOrEqual(onHand.get(stock)!)
  })
})

/** Every posting in the order of the books: by day; within one receipts, sales, transfers, adjustments. */
function postingsInOrder(
  stocks: Map<string, Layer[]>,
  take: (stock: string, day: string, quantity: number, cost: number) => void,
) {
  const add = (stock: string, quantity: number, costMinor: number) => {
    const layers = stocks.get(stock) ?? []
    layers.push({ quantity, costMinor, remainingQuantity: quantity, remainingCostMinor: costMinor })
    stocks.set(stock, layers)
  }
  const ordered = [
    ...tables.CostLayer.filter((layer) => layer.source === 'shipment').map((layer) => ({
      day: layer.receivedOn,
      rank: 0,
      post: () => add(key(layer), layer.quantity, layer.costMinor),
    })),
    ...tables.Sale.map((sale) => ({
      day: sale.soldOn,
      rank: 1,
      post: (day: string) => take(key(sale), day, sale.quantity, sale.costMinor),
    })),
    ...tables.StockTransfer.map(({ itemId, fromWarehouseId, toWarehouseId, ...move }) => ({
      day: move.movedOn,
      rank: 2,
      post: (day: string) => {
        take(`${itemId} ${fromWarehouseId}`, day, move.quantity, move.costMinor)
        add(`${itemId} ${toWarehouseId}`, move.quantity, move.costMinor)
      },
    })),
    ...tables.StockAdjustment.map((change) => ({
      day: change.adjustedOn,
      rank: 3,
      post: (day: string) =>
        change.quantity > 0
          ? add(key(change), change.quantity, change.costMinor)
          : take(key(change), day, -change.quantity, -change.costMinor),
    })),
  ]
  return ordered.sort((a, b) => (a.day === b.day ? a.rank - b.rank : a.day < b.day ? -1 : 1))
}
