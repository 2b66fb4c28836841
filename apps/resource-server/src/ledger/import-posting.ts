import { randomUUID } from 'node:crypto'
import { consume, type Layer } from '@neonpanel/database/ledger/fifo'
import { type InsertRows, type Query, statement } from '@neonpanel/database/statement'
import type { Company } from './companies.ts'
import type { ItemChange, StockChange } from './import-plan.ts'

/** A transaction on the ledger. */
export interface Posting {
  readonly query: Query
  readonly insertRows: InsertRows
  readonly company: Company
  readonly importId: string
}

const updateItem = statement(
  'ledger_update_item',
  `UPDATE "Item" SET "name" = $2, "category" = $3, "supplier" = $4, "unitCostMinor" = $5, "listPriceMinor" = $6,
    "volumeCm3" = $7, "weightGrams" = $8, "leadTimeDays" = $9, "reorderPoint" = $10, "active" = $11
  WHERE "id" = $1`,
)

const layersOfStock = statement(
  'ledger_layers_of_stock',
  `SELECT "sequence", "quantity", "costMinor", "remainingQuantity", "remainingCostMinor"
  FROM "CostLayer" WHERE "itemId" = $1 AND "warehouseId" = $2 ORDER BY "sequence"`,
)

const updateLayer = statement(
  'ledger_update_layer',
  `UPDATE "CostLayer" SET "remainingQuantity" = $4, "remainingCostMinor" = $5
  WHERE "itemId" = $1 AND "warehouseId" = $2 AND "sequence" = $3`,
)

const newItemColumns = [
  'id',
  'companyId',
  'sku',
  'name',
  'category',
  'supplier',
  'unitCostMinor',
  'listPriceMinor',
  'volumeCm3',
  'weightGrams',
  'leadTimeDays',
  'reorderPoint',
  'active',
]

const layerColumns = [
  'itemId',
  'warehouseId',
  'sequence',
  'companyId',
  'receivedOn',
  'source',
  'quantity',
  'costMinor',
  'remainingQuantity',
  'remainingCostMinor',
]

const adjustmentColumns = [
  'id',
  'companyId',
  'warehouseId',
  'itemId',
  'adjustedOn',
  'quantity',
  'costMinor',
  'reason',
]

/** Writes what an import changes: items, and the layers and adjustments that bring stock to what was counted. */
export async function postImport(posting: Posting, changes: readonly ItemChange[]): Promise<void> {
  for (const change of changes) {
    const itemId = await postItem(posting, change)
    for (const stock of change.stock) {
      const costMinor =
        stock.to > stock.from
          ? await countIn(posting, itemId, stock, change.after.unitCostMinor)
          : await countOut(posting, itemId, stock)
      await postAdjustment(posting, itemId, stock, costMinor)
    }
  }
}

async function postItem(posting: Posting, { sku, item, after, changed }: ItemChange) {
  const { name, category, supplier, active } = after
  const fields = [
    name,
    category,
    supplier,
    after.unitCostMinor,
    after.listPriceMinor,
    after.volumeCm3,
    after.weightGrams,
    after.leadTimeDays,
    after.reorderPoint,
    active,
  ]
  if (!item) {
    const id = `itm_${randomUUID().replaceAll('-', '').slice(0, 16)}`
    await posting.insertRows('Item', newItemColumns, [[id, posting.company.id, sku, ...fields]])
    return id
  }
  if (changed.length > 0) await posting.query(updateItem, [item.id, ...fields])
  return item.id
}

/** Units that were found enter as the newest layer. Answers what they cost. */
async function countIn(
  { query, insertRows, company }: Posting,
  itemId: string,
  { warehouseId, from, to }: StockChange,
  unitCostMinor: number,
): Promise<number> {
  const layers = await query<{ sequence: number }>(layersOfStock, [itemId, warehouseId])
  const sequence = (layers.at(-1)?.sequence ?? 0) + 1
  const quantity = to - from
  const costMinor = quantity * unitCostMinor
  await insertRows('CostLayer', layerColumns, [
    [
      itemId,
      warehouseId,
      sequence,
      company.id,
      company.postedThrough,
      'adjustment',
      quantity,
      costMinor,
      quantity,
      costMinor,
    ],
  ])
  return costMinor
}

/** Units that are missing leave from the oldest layers. Answers what they had cost, as a negative amount. */
async function countOut(
  { query }: Posting,
  itemId: string,
  { warehouseId, from, to }: StockChange,
): Promise<number> {
  const layers = await query<Layer & { sequence: number }>(layersOfStock, [itemId, warehouseId])
  const before = layers.map((layer) => layer.remainingQuantity)
  const taken = consume(layers, from - to)
  if (!taken.ok) throw new Error('the layers do not hold what the plan saw')
  for (const [index, layer] of layers.entries()) {
    const { sequence, remainingQuantity, remainingCostMinor } = layer
    if (remainingQuantity === before[index]) continue
    const values = [itemId, warehouseId, sequence, remainingQuantity, remainingCostMinor]
    await query(updateLayer, values)
  }
  return -taken.costMinor
}

async function postAdjustment(
  { insertRows, company, importId }: Posting,
  itemId: string,
  { warehouseId, from, to }: StockChange,
  costMinor: number,
): Promise<void> {
  const id = `adj_${randomUUID().replaceAll('-', '').slice(0, 16)}`
  const reason = `Counted, ${importId}`
  await insertRows('StockAdjustment', adjustmentColumns, [
    [id, company.id, warehouseId, itemId, company.postedThrough, to - from, costMinor, reason],
  ])
}
