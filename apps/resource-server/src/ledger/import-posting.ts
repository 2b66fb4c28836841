import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { consume, type Layer } from '@neonpanel/database/ledger/fifo'
import {
  type InsertRows,
  type Query,
  type SqlValue,
  statement,
} from '@neonpanel/database/statement'
import type { Log } from '@neonpanel/process/log'
import type { Company } from './companies.ts'
import type { ItemChange, StockChange } from './import-plan.ts'

/** A transaction on the ledger. */
export interface Posting {
  readonly query: Query
  readonly insertRows: InsertRows
  readonly company: Company
  readonly importId: string
  readonly watch: ImportWatch
}

/** How an import is watched while it is written. */
export interface ImportWatch {
  /** Breaks the import off, until the moment when it is committed. */
  readonly signal: AbortSignal
  readonly log: Log
  progress(report: { done: number; total: number; message: string }): void
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
  FROM "CostLayer" WHERE "itemId" = $1 AND "warehouseId" = $2 AND "remainingQuantity" > 0
  ORDER BY "sequence"`,
)

const newestLayer = statement(
  'ledger_newest_layer',
  `SELECT "sequence" FROM "CostLayer" WHERE "itemId" = $1 AND "warehouseId" = $2
  ORDER BY "sequence" DESC LIMIT 1`,
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

/** Items that are written together; between two batches a call may be cancelled and its progress told. */
const itemsPerBatch = 250

/** Rows that a batch adds, by table. */
interface Batch {
  readonly items: SqlValue[][]
  readonly layers: SqlValue[][]
  readonly adjustments: SqlValue[][]
}

/**
 * Writes what an import changes: items, and the layers and adjustments that bring stock to what was counted. Throws
 * when it is broken off.
 */
export async function postImport(posting: Posting, changes: readonly ItemChange[]): Promise<void> {
  const { signal, progress } = posting.watch
  const total = changes.length
  for (let done = 0; done < total; done += itemsPerBatch) {
    progress({ done, total, message: `${done} of ${total} items` })
    // On the embedded database statements are synchronous: only here can a cancellation come in.
    await nextTurn()
    signal.throwIfAborted()
    await postBatch(posting, changes.slice(done, done + itemsPerBatch))
  }
  progress({ done: total, total, message: `${total} of ${total} items` })
  await nextTurn()
  signal.throwIfAborted()
}

async function postBatch(posting: Posting, changes: readonly ItemChange[]): Promise<void> {
  const batch: Batch = { items: [], layers: [], adjustments: [] }
  for (const change of changes) {
    const itemId = await postItem(posting, change, batch)
    for (const stock of change.stock) {
      const isNew = change.item === null
      const costMinor =
        stock.to > stock.from
          ? await countIn(
              posting,
              { itemId, isNew, unitCost: change.after.unitCostMinor },
              stock,
              batch,
            )
          : await countOut(posting, itemId, stock)
      batch.adjustments.push(adjustmentRow(posting, itemId, stock, costMinor))
    }
  }
  await posting.insertRows('Item', newItemColumns, batch.items)
  await posting.insertRows('CostLayer', layerColumns, batch.layers)
  await posting.insertRows('StockAdjustment', adjustmentColumns, batch.adjustments)
}

async function postItem(
  posting: Posting,
  { sku, item, after, changed }: ItemChange,
  { items }: Batch,
): Promise<string> {
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
    items.push([id, posting.company.id, sku, ...fields])
    return id
  }
  if (changed.length > 0) await posting.query(updateItem, [item.id, ...fields])
  return item.id
}

/** Units that were found enter as the newest layer. Answers what they cost. */
async function countIn(
  { query, company }: Posting,
  { itemId, isNew, unitCost }: { itemId: string; isNew: boolean; unitCost: number },
  { warehouseId, from, to }: StockChange,
  { layers }: Batch,
): Promise<number> {
  const [newest] = isNew
    ? []
    : await query<{ sequence: number }>(newestLayer, [itemId, warehouseId])
  const quantity = to - from
  const costMinor = quantity * unitCost
  layers.push([
    itemId,
    warehouseId,
    (newest?.sequence ?? 0) + 1,
    company.id,
    company.postedThrough,
    'adjustment',
    quantity,
    costMinor,
    quantity,
    costMinor,
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

function adjustmentRow(
  { company, importId }: Posting,
  itemId: string,
  { warehouseId, from, to }: StockChange,
  costMinor: number,
): SqlValue[] {
  const id = `adj_${randomUUID().replaceAll('-', '').slice(0, 16)}`
  const reason = `Counted, ${importId}`
  return [id, company.id, warehouseId, itemId, company.postedThrough, to - from, costMinor, reason]
}
