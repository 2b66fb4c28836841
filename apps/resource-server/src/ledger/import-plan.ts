import { createHash } from 'node:crypto'
import type { ImportProblem, ImportRow, ItemFields } from './import-rows.ts'
import type { Item } from './items.ts'

/** What an import does to one item. */
export interface ItemChange {
  readonly sku: string
  /** Null when the import creates the item. */
  readonly item: Item | null
  /** The item's fields after the import. */
  readonly after: ItemFields
  readonly changed: readonly (keyof ItemFields)[]
  readonly stock: readonly StockChange[]
}

/** A count that differs from the books. */
export interface StockChange {
  readonly warehouseId: string
  readonly from: number
  readonly to: number
}

/** Whether anything of the item is written. */
export function isWritten({ item, changed, stock }: ItemChange): boolean {
  return !item || changed.length > 0 || stock.length > 0
}

/** The same for the same changes to the same books: what a person agreed to is what is written. */
export function digestOfPlan(changes: readonly ItemChange[]): string {
  const plan = changes
    .filter(isWritten)
    .map(({ sku, item, after, changed, stock }) => [
      sku,
      changed.map((field) => [field, item?.[field], after[field]]),
      stock.map(({ warehouseId, from, to }) => [warehouseId, from, to]),
    ])
  return createHash('sha256').update(JSON.stringify(plan)).digest('base64url')
}

/** What an import is checked against. */
export interface LedgerState {
  readonly items: readonly Item[]
  readonly warehouseIds: ReadonlySet<string>
  unitsOf(itemId: string, warehouseId: string): { onHand: number; reserved: number }
}

/** Required of a new item; what is not required has a value of its own. */
const required = {
  name: 'name',
  category: 'category',
  supplier: 'supplier',
  unitCostMinor: 'unit_cost',
  listPriceMinor: 'list_price',
} as const satisfies Partial<Record<keyof ItemFields, string>>

const whenLeftOut = {
  volumeCm3: 0,
  weightGrams: 0,
  leadTimeDays: 30,
  reorderPoint: 0,
  active: true,
}

/** What a cost layer may hold in minor units. */
const maximumLayerCost = 2_147_483_647

/** Works out what an import would change, and everything that speaks against it. Nothing is written. */
export function planImport(
  rows: readonly ImportRow[],
  state: LedgerState,
): { changes: ItemChange[]; problems: ImportProblem[] } {
  const bySku = new Map(state.items.map((item) => [item.sku, item]))
  const problems: ImportProblem[] = []
  const changes = [...Map.groupBy(rows, (row) => row.sku)].map(([sku, own]): ItemChange => {
    const item = bySku.get(sku) ?? null
    const given = mergeFields(own, problems)
    if (!item) requireFields(own, given, problems)
    const before = item ?? whenLeftOut
    const after = { ...before, ...given } as ItemFields
    return {
      sku,
      item,
      after: pickFields(after),
      changed: (Object.keys(given) as (keyof ItemFields)[]).filter(
        (field) => !item || item[field] !== given[field],
      ),
      stock: planStock(own, item, after, state, problems),
    }
  })
  return { changes, problems }
}

/** What all rows of one SKU say about the item together; they may not contradict each other. */
function mergeFields(rows: readonly ImportRow[], problems: ImportProblem[]): Partial<ItemFields> {
  const merged: Partial<Record<keyof ItemFields, unknown>> = {}
  for (const { row, sku, fields } of rows) {
    for (const [name, value] of Object.entries(fields)) {
      const field = name as keyof ItemFields
      if (field in merged && merged[field] !== value) {
        const message = `differs from an earlier row of ${sku}`
        problems.push({ row, column: columnOf(field), message })
      }
      merged[field] = value
    }
  }
  return merged as Partial<ItemFields>
}

function requireFields(
  rows: readonly ImportRow[],
  given: Partial<ItemFields>,
  problems: ImportProblem[],
): void {
  const { row, sku } = rows[0]!
  for (const [field, column] of Object.entries(required)) {
    if (field in given || rows.some(({ invalid }) => invalid.includes(column))) continue
    problems.push({ row, column, message: `is required: ${sku} is a new item` })
  }
}

function planStock(
  rows: readonly ImportRow[],
  item: Item | null,
  after: ItemFields,
  state: LedgerState,
  problems: ImportProblem[],
): StockChange[] {
  const counted = new Set<string>()
  return rows.flatMap(({ row, sku, stock }) => {
    if (!stock) return []
    const { warehouseId, onHand } = stock
    const problem = (column: string, message: string) => problems.push({ row, column, message })
    if (!state.warehouseIds.has(warehouseId)) {
      problem('warehouse_id', `is no warehouse of this company: ${warehouseId}`)
      return []
    }
    if (counted.has(warehouseId)) problem('on_hand', `counts ${sku} in ${warehouseId} again`)
    counted.add(warehouseId)
    const now = item ? state.unitsOf(item.id, warehouseId) : { onHand: 0, reserved: 0 }
    if (onHand < now.reserved) {
      problem('on_hand', `is below the ${now.reserved} units that are reserved`)
    }
    if ((onHand - now.onHand) * (after.unitCostMinor ?? 0) > maximumLayerCost) {
      problem('on_hand', 'at this unit cost is worth more than the books can hold')
    }
    return onHand === now.onHand ? [] : [{ warehouseId, from: now.onHand, to: onHand }]
  })
}

/** The columns of the fields, as imports spell them. */
export const fieldColumns = {
  ...required,
  volumeCm3: 'volume_cm3',
  weightGrams: 'weight_grams',
  leadTimeDays: 'lead_time_days',
  reorderPoint: 'reorder_point',
  active: 'active',
} as const satisfies Record<keyof ItemFields, string>

function columnOf(field: keyof ItemFields): string {
  return fieldColumns[field]
}

function pickFields(after: ItemFields): ItemFields {
  const names = Object.keys(fieldColumns) as (keyof ItemFields)[]
  return Object.fromEntries(names.map((name) => [name, after[name]])) as unknown as ItemFields
}
