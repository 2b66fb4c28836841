import { findShipment, readShipments } from '../ledger/costs.ts'
import { readItems } from '../ledger/items.ts'
import { money, unitMoney } from '../ledger/money.ts'
import type { CompanyBooks, ResourceKind } from '../mcp/resource.ts'

export const shipments: ResourceKind = {
  name: 'shipment',
  title: 'Purchase shipment',
  description: 'A purchase shipment: its lines with landed cost, and the charges that are in it.',
  idName: 'shipment_id',
  scopes: ['read:landed-cost'],
  async list({ database, company }) {
    const found = await readShipments(database, company.id)
    return found.map(({ id, reference, supplier, orderedOn, receivedOn }) => ({
      id,
      title: `Shipment ${reference} from ${supplier}, ordered ${orderedOn}`,
      lastModified: receivedOn ?? orderedOn,
    }))
  },
  read: readShipment,
  isTouchedBy: () => false,
}

async function readShipment({ database, company }: CompanyBooks, id: string) {
  const found = await findShipment(database, [company.id], id)
  if (!found) return undefined
  const { shipment, lines, charges } = found
  const { currency } = company
  const items = await readItems(database, company.id)
  const itemOf = new Map(items.map((item) => [item.id, item]))
  const landedMinor = lines.reduce((sum, { cost }) => sum + cost.landed, 0)
  return {
    id: shipment.id,
    reference: shipment.reference,
    company_id: company.id,
    warehouse_id: shipment.warehouseId,
    supplier: shipment.supplier,
    origin_country: shipment.originCountry,
    status: shipment.status,
    ordered_on: shipment.orderedOn,
    expected_on: shipment.expectedOn,
    received_on: shipment.receivedOn,
    landed_cost: money(landedMinor, currency),
    charges: charges.map(({ kind, amountMinor, allocation }) => ({
      kind,
      amount: money(amountMinor, currency),
      allocated_by: allocation,
    })),
    lines: lines.map(({ itemId, quantity, cost }) => ({
      item_id: itemId,
      sku: itemOf.get(itemId)?.sku ?? null,
      name: itemOf.get(itemId)?.name ?? null,
      quantity,
      goods: money(cost.goods, currency),
      landed: money(cost.landed, currency),
      landed_per_unit: unitMoney(cost.landed, quantity, currency),
    })),
  }
}
