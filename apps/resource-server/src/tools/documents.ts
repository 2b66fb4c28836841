import { readCompanies } from '../ledger/companies.ts'
import { findShipment } from '../ledger/costs.ts'
import { findItems, readItems } from '../ledger/items.ts'
import { type Money, money, unitMoney } from '../ledger/money.ts'
import type { Report } from '../ledger/reports.ts'
import { itemTitle, shipmentTitle } from '../ledger/search-documents.ts'
import { readPositions, usualWindowDays } from '../ledger/stock.ts'
import { readWarehouses } from '../ledger/warehouses.ts'
import type { ToolContext } from '../mcp/tool.ts'
import { drawReport, findReport } from './reports.ts'

/** Something found, written out as text for a model to read and cite. */
export interface FullDocument {
  readonly kind: 'inventory' | 'shipments' | 'reports'
  readonly title: string
  readonly text: string
  readonly metadata: Record<string, string>
}

/** An item of the companies of the call with its stock. */
export async function itemDocument(
  { database, companies }: ToolContext,
  id: string,
): Promise<FullDocument | undefined> {
  const item = (await findItems(database, companies, id)).find((found) => found.id === id)
  if (!item) return undefined
  const [company] = await readCompanies(database, [item.companyId])
  const [positions, warehouses] = await Promise.all([
    readPositions(database, company!, { windowDays: usualWindowDays }),
    readWarehouses(database, item.companyId),
  ])
  const position = positions.find((found) => found.item.id === id)!
  const { forecast } = position
  const nameOf = new Map(warehouses.map((warehouse) => [warehouse.id, warehouse.name]))
  const lines = [
    `${item.name}, SKU ${item.sku}, category ${item.category}, of ${company!.name}.`,
    `Supplier ${item.supplier}, lead time ${item.leadTimeDays} days.`,
    `On ${company!.postedThrough}: ${position.onHand} on hand, ${position.reserved} reserved, ` +
      `${forecast.available} available, ${position.inbound} inbound` +
      `${position.nextArrivalOn ? `, next expected on ${position.nextArrivalOn}` : ''}.`,
    ...position.warehouses.map(
      (units) =>
        `${nameOf.get(units.warehouseId)}: ${units.onHand} on hand, ${units.reserved} reserved, ` +
        `${units.inbound} inbound.`,
    ),
    `Reorder point ${item.reorderPoint}. Sold in the last ${usualWindowDays} days: ${position.unitsSold}.`,
    forecast.runsOutOn
      ? `At this pace the available units are gone on ${forecast.runsOutOn}.`
      : 'Nothing was sold, so nothing is forecast.',
  ]
  return {
    kind: 'inventory',
    title: itemTitle(item),
    text: lines.join('\n'),
    metadata: { type: 'item', sku: item.sku, company_id: item.companyId, category: item.category },
  }
}

/** A purchase shipment of the companies of the call with its landed costs. */
export async function shipmentDocument(
  { database, companies }: ToolContext,
  id: string,
): Promise<FullDocument | undefined> {
  const found = await findShipment(database, companies, id)
  if (!found) return undefined
  const { shipment, lines, charges } = found
  const [[company], items] = await Promise.all([
    readCompanies(database, [shipment.companyId]),
    readItems(database, shipment.companyId),
  ])
  const { currency } = company!
  const nameOf = new Map(items.map((item) => [item.id, itemTitle(item)]))
  const total = lines.reduce((sum, line) => sum + line.cost.landed, 0)
  const text = [
    `Shipment ${shipment.reference} of ${company!.name} from ${shipment.supplier}, ` +
      `${shipment.originCountry}, to warehouse ${shipment.warehouseId}.`,
    `Ordered ${shipment.orderedOn}, expected ${shipment.expectedOn}, ` +
      `${shipment.receivedOn ? `received ${shipment.receivedOn}` : 'still under way'}.`,
    ...charges.map(
      ({ kind, amountMinor, allocation }) =>
        `${kind}: ${write(money(amountMinor, currency))}, allocated by ${allocation}.`,
    ),
    ...lines.map(
      ({ itemId, quantity, cost }) =>
        `${quantity} × ${nameOf.get(itemId)}: goods ${write(money(cost.goods, currency))}, ` +
        `landed ${write(money(cost.landed, currency))}, ` +
        `${write(unitMoney(cost.landed, quantity, currency)!)} per unit.`,
    ),
    `Landed cost of the shipment: ${write(money(total, currency))}.`,
  ]
  return {
    kind: 'shipments',
    title: shipmentTitle(shipment),
    text: text.join('\n'),
    metadata: { type: 'shipment', status: shipment.status, company_id: shipment.companyId },
  }
}

/** A report of the companies of the call with its figures. */
export async function reportDocument(
  context: ToolContext,
  id: string,
): Promise<FullDocument | undefined> {
  const report = await findReport(context, id)
  if (!report) return undefined
  const figures = await drawReport(context, report)
  return {
    kind: 'reports',
    title: report.title,
    text: [headline(report), ...writeFigures(figures)].join('\n'),
    metadata: { type: 'report', report_kind: report.kind, company_id: report.company.id },
  }
}

function headline({ title, period, company }: Report): string {
  return `${title}. From ${period.from} to ${period.to}, in ${company.currency}.`
}

/** Writes figures as `name: value` lines; a list's entries are indented under its name. */
function writeFigures(figures: object, indent = ''): string[] {
  return Object.entries(figures).flatMap(([name, value]): string[] => {
    const label = `${indent}${name.replaceAll('_', ' ')}`
    if (Array.isArray(value)) {
      const entries = value.flatMap((entry: object) => {
        const [first, ...rest] = writeFigures(entry)
        return [`${indent}- ${first}`, ...rest.map((line) => `${indent}  ${line}`)]
      })
      return [`${label}:`, ...entries]
    }
    if (isMoney(value)) return [`${label}: ${write(value)}`]
    if (typeof value === 'object' && value !== null) {
      return [`${label}:`, ...writeFigures(value, `${indent}  `)]
    }
    return value === null ? [] : [`${label}: ${value}`]
  })
}

function isMoney(value: unknown): value is Money {
  return typeof value === 'object' && value !== null && 'amount' in value && 'currency' in value
}

function write({ amount, currency }: Money): string {
  return `${amount} ${currency}`
}
