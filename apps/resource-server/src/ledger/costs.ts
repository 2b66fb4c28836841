import type { Day } from '@neonpanel/database/ledger/days'
import {
  type Charge,
  type LandedCost,
  landedCosts,
  type ShippedLine,
} from '@neonpanel/database/ledger/landed-cost'
import { statement } from '@neonpanel/database/statement'
import type { Reader } from './reader.ts'

/** Units still on hand that entered a warehouse together, oldest first. */
export interface OpenLayer {
  readonly warehouseId: string
  readonly receivedOn: Day
  readonly source: string
  readonly shipmentId: string | null
  readonly quantity: number
  readonly costMinor: number
  readonly remainingQuantity: number
  readonly remainingCostMinor: number
}

const openLayersOfItem = statement(
  'ledger_open_layers',
  `SELECT "warehouseId", "receivedOn", "source", "shipmentId", "quantity", "costMinor",
    "remainingQuantity", "remainingCostMinor"
  FROM "CostLayer" WHERE "itemId" = $1 AND "companyId" = $2 AND "remainingQuantity" > 0
  ORDER BY "receivedOn", "warehouseId", "sequence"`,
)

/** The layers of an item that still have units, in the order in which they will be sold. */
export function readOpenLayers(
  { query }: Reader,
  { id, companyId }: { readonly id: string; readonly companyId: string },
): Promise<OpenLayer[]> {
  return query<OpenLayer>(openLayersOfItem, [id, companyId])
}

/** A purchase shipment. */
export interface Shipment {
  readonly id: string
  readonly companyId: string
  readonly warehouseId: string
  readonly reference: string
  readonly supplier: string
  readonly originCountry: string
  readonly status: 'in_transit' | 'received'
  readonly orderedOn: Day
  readonly expectedOn: Day
  readonly receivedOn: Day | null
}

export interface ShipmentLine extends ShippedLine {
  readonly shipmentId: string
  readonly line: number
  readonly itemId: string
}

/** A line with what it costs on arrival. */
export interface LandedLine extends ShipmentLine {
  readonly cost: LandedCost
}

const shipmentColumns = `"id", "companyId", "warehouseId", "reference", "supplier", "originCountry",
  "status", "orderedOn", "expectedOn", "receivedOn"`
const lineColumns = `"shipmentId", "line", "itemId", "quantity", "unitCostMinor", "volumeCm3"`
const chargeColumns = `"shipmentId", "kind", "amountMinor", "allocation"`

const shipmentsOfCompany = statement(
  'ledger_shipments',
  `SELECT ${shipmentColumns} FROM "Shipment" WHERE "companyId" = $1 ORDER BY "orderedOn" DESC, "id" DESC`,
)
const shipmentById = statement(
  'ledger_shipment',
  `SELECT ${shipmentColumns} FROM "Shipment" WHERE "companyId" = $1 AND "id" = $2`,
)
const linesOfShipment = statement(
  'ledger_shipment_lines',
  `SELECT ${lineColumns} FROM "ShipmentLine" WHERE "shipmentId" = $1 ORDER BY "line"`,
)
const chargesOfShipment = statement(
  'ledger_shipment_charges',
  `SELECT ${chargeColumns} FROM "ShipmentCharge" WHERE "shipmentId" = $1 ORDER BY "kind"`,
)

const shipmentIdsOfItem = `SELECT "shipmentId" FROM "ShipmentLine" WHERE "itemId" = $1`
const shipmentsOfItem = statement(
  'ledger_shipments_of_item',
  `SELECT ${shipmentColumns} FROM "Shipment"
  WHERE "companyId" = $2 AND "id" IN (${shipmentIdsOfItem}) ORDER BY "orderedOn" DESC, "id" DESC`,
)
const linesBesideItem = statement(
  'ledger_lines_beside_item',
  `SELECT ${lineColumns} FROM "ShipmentLine"
  WHERE "shipmentId" IN (${shipmentIdsOfItem}) ORDER BY "shipmentId", "line"`,
)
const chargesBesideItem = statement(
  'ledger_charges_beside_item',
  `SELECT ${chargeColumns} FROM "ShipmentCharge"
  WHERE "shipmentId" IN (${shipmentIdsOfItem}) ORDER BY "shipmentId", "kind"`,
)

type ChargeRow = Charge & { readonly shipmentId: string }

/** The shipments of a company, latest order first. */
export function readShipments({ query }: Reader, companyId: string): Promise<Shipment[]> {
  return query<Shipment>(shipmentsOfCompany, [companyId])
}

/** A shipment of one of the companies, its lines with their costs, and its charges. */
export async function findShipment(
  { query }: Reader,
  companyIds: readonly string[],
  id: string,
): Promise<{ shipment: Shipment; lines: LandedLine[]; charges: Charge[] } | undefined> {
  const found = await Promise.all(
    companyIds.map((companyId) => query<Shipment>(shipmentById, [companyId, id])),
  )
  const shipment = found.flat()[0]
  if (!shipment) return undefined
  const [lines, charges] = await Promise.all([
    query<ShipmentLine>(linesOfShipment, [id]),
    query<ChargeRow>(chargesOfShipment, [id]),
  ])
  return { shipment, lines: landLines(lines, charges), charges }
}

/** Every shipment that brought or brings an item, latest order first, with the item's lines. */
export async function readLandedCosts(
  { query }: Reader,
  { id, companyId }: { readonly id: string; readonly companyId: string },
): Promise<{ shipment: Shipment; lines: LandedLine[] }[]> {
  const [shipments, lines, charges] = await Promise.all([
    query<Shipment>(shipmentsOfItem, [id, companyId]),
    query<ShipmentLine>(linesBesideItem, [id]),
    query<ChargeRow>(chargesBesideItem, [id]),
  ])
  const linesOf = Map.groupBy(lines, (line) => line.shipmentId)
  const chargesOf = Map.groupBy(charges, (charge) => charge.shipmentId)
  return shipments.map((shipment) => ({
    shipment,
    lines: landLines(linesOf.get(shipment.id) ?? [], chargesOf.get(shipment.id) ?? []).filter(
      (line) => line.itemId === id,
    ),
  }))
}

function landLines(lines: readonly ShipmentLine[], charges: readonly Charge[]): LandedLine[] {
  const costs = landedCosts(lines, charges)
  return lines.map((line, index) => ({ ...line, cost: costs[index]! }))
}
