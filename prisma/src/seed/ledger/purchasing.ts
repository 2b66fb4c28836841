import { proportion } from '../../ledger/allocation.ts'
import { dayNumber } from '../../ledger/days.ts'
import { type Charge, landedCosts } from '../../ledger/landed-cost.ts'
import { type Books, bookDay, firstDay, receive, type Stock } from './books.ts'
import { seasonalDemand } from './seasons.ts'
import { type Supplier, suppliers } from './suppliers.ts'

/** What one company orders from one supplier for one warehouse, again and again. */
interface Route {
  readonly supplier: Supplier
  readonly warehouseId: string
  readonly stocks: readonly Stock[]
  readonly intervalDays: number
  nextReview: number
}

interface OrderLine {
  readonly stock: Stock
  readonly quantity: number
  readonly unitCostMinor: number
  readonly volumeCm3: number
}

interface Arrival {
  readonly shipmentId: string
  readonly lines: readonly OrderLine[]
  readonly costs: readonly number[]
}

/** Orders what is running low, and receives what arrives. */
export interface Purchasing {
  /** Fills the warehouses before the first day. */
  open(): void
  receiveArrivals(day: number): void
  review(day: number): void
}

/** Customs areas: nothing is due within one. */
const customsArea: Readonly<Record<string, string>> = {
  LT: 'EU',
  DK: 'EU',
  PT: 'EU',
  FR: 'EU',
  NL: 'EU',
}

const insuranceBasisPoints = 35
const bookingFeeMinor = 9_500

/** @param totalDays how long the books run; what arrives later is in transit at their end */
export function startPurchasing(books: Books, totalDays: number): Purchasing {
  const routes = planRoutes(books)
  const arrivals = new Map<number, Arrival[]>()
  let count = 0

  function order(route: Route, day: number, arrivesOn: number, coverDays: number): void {
    const lines = route.stocks.flatMap((stock) => orderLine(books, stock, route, day, coverDays))
    if (lines.length === 0) return
    count += 1
    const id = `shp_${books.company.code}_${String(count).padStart(4, '0')}`
    const received = arrivesOn < totalDays
    const orderedOn = bookDay(day)
    const costs = writeShipment(books, route, lines, {
      id,
      reference: `PO-${orderedOn.slice(0, 4)}-${String(count).padStart(4, '0')}`,
      status: received ? 'received' : 'in_transit',
      orderedOn,
      expectedOn: bookDay(day + route.supplier.leadTimeDays),
      receivedOn: received ? bookDay(arrivesOn) : null,
    })
    for (const { stock, quantity } of lines) stock.inbound += quantity
    const sameDay = arrivals.get(arrivesOn) ?? []
    sameDay.push({ shipmentId: id, lines, costs })
    arrivals.set(arrivesOn, sameDay)
  }

  return {
    open() {
      for (const route of routes) {
        const lead = route.supplier.leadTimeDays
        order(route, -lead, 0, route.nextReview + lead + 21)
      }
    },
    receiveArrivals(day) {
      for (const { shipmentId, lines, costs } of arrivals.get(day) ?? []) {
        for (const [index, { stock, quantity }] of lines.entries()) {
          stock.inbound -= quantity
          const costMinor = costs[index]!
          receive(books, stock, {
            day: bookDay(day),
            source: 'shipment',
            shipmentId,
            quantity,
            costMinor,
          })
        }
      }
    },
    review(day) {
      for (const route of routes) {
        if (day !== route.nextReview) continue
        const lead = route.supplier.leadTimeDays
        order(route, day, day + lead + books.random.between(-3, 8), lead + route.intervalDays + 26)
        route.nextReview = day + route.intervalDays + books.random.between(-3, 3)
      }
    },
  }
}

function planRoutes({ company, stocks, random }: Books): Route[] {
  const routes: Route[] = []
  for (const { id: warehouseId } of company.warehouses) {
    const kept = stocks.filter((stock) => stock.warehouseId === warehouseId)
    for (const name of new Set(kept.map((stock) => stock.item.supplier))) {
      const supplier = suppliers.get(name)!
      const intervalDays = supplier.leadTimeDays > 40 ? 56 : 42
      routes.push({
        supplier,
        warehouseId,
        stocks: kept.filter((stock) => stock.item.supplier === name && stock.dailyDemand > 0),
        intervalDays,
        nextReview: random.between(4, intervalDays),
      })
    }
  }
  return routes
}

function orderLine(
  { random }: Books,
  stock: Stock,
  route: Route,
  day: number,
  coverDays: number,
): OrderLine[] {
  const { item } = stock
  const middle = new Date((dayNumber(firstDay) + day + Math.floor(coverDays / 2)) * 86_400_000)
  const season = (seasonalDemand(item.category, middle) + 0.5) / 1.5
  // Buyers guess; now and then a supplier has none, or a buyer falls in love.
  const guess = random.chance(0.05) ? 0 : random.chance(0.03) ? 2.4 : 1.05 + random.next() * 0.5
  const target = stock.dailyDemand * season * coverDays * guess
  const missing = target - stock.onHand - stock.inbound
  if (missing < stock.dailyDemand * route.intervalDays * 0.3) return []
  const quantity = Math.max(2, Math.ceil(missing / 6)) * 6
  const drift = 96 + Math.floor(Math.max(day, 0) / 180) + random.between(0, 2)
  return [
    {
      stock,
      quantity,
      unitCostMinor: proportion(item.unitCostMinor, drift, 100),
      volumeCm3: item.volumeCm3,
    },
  ]
}

/** Writes a shipment with its lines and charges. Answers the landed cost of each line. */
function writeShipment(
  { company, tables }: Books,
  { supplier, warehouseId }: Route,
  lines: readonly OrderLine[],
  header: {
    id: string
    reference: string
    status: string
    orderedOn: string
    expectedOn: string
    receivedOn: string | null
  },
): number[] {
  tables.Shipment.push({
    ...header,
    companyId: company.id,
    warehouseId,
    supplier: supplier.name,
    originCountry: supplier.country,
  })
  for (const [index, { stock, quantity, unitCostMinor, volumeCm3 }] of lines.entries()) {
    tables.ShipmentLine.push({
      shipmentId: header.id,
      line: index + 1,
      itemId: stock.item.id,
      quantity,
      unitCostMinor,
      volumeCm3,
    })
  }
  const charges = chargesOf(lines, supplier, company.country)
  for (const charge of charges) tables.ShipmentCharge.push({ shipmentId: header.id, ...charge })
  return landedCosts(lines, charges).map((cost) => cost.landed)
}

function chargesOf(lines: readonly OrderLine[], supplier: Supplier, country: string): Charge[] {
  let goods = 0
  let volume = 0
  for (const line of lines) {
    goods += line.quantity * line.unitCostMinor
    volume += line.quantity * line.volumeCm3
  }
  const freight = bookingFeeMinor + proportion(volume, supplier.freightPerM3Minor, 1_000_000)
  const area = (code: string) => customsArea[code] ?? code
  const duty =
    area(supplier.country) === area(country)
      ? 0
      : proportion(goods, supplier.dutyBasisPoints, 10_000)
  const insurance = proportion(goods, insuranceBasisPoints, 10_000)
  const charges: Charge[] = [
    { kind: 'freight', amountMinor: freight, allocation: 'volume' },
    { kind: 'duty', amountMinor: duty, allocation: 'value' },
    { kind: 'insurance', amountMinor: insurance, allocation: 'value' },
  ]
  return charges.filter((charge) => charge.amountMinor > 0)
}
