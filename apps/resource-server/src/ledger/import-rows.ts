import { parseAmount } from './money.ts'

/** What an import may set of an item. Amounts in minor units. */
export interface ItemFields {
  name: string
  category: string
  supplier: string
  unitCostMinor: number
  listPriceMinor: number
  volumeCm3: number
  weightGrams: number
  leadTimeDays: number
  reorderPoint: number
  active: boolean
}

/** One row of an import, as far as it was understood. */
export interface ImportRow {
  /** 1 for the first row of data. */
  readonly row: number
  readonly sku: string
  readonly fields: Partial<ItemFields>
  /** A count: so many units are on hand in that warehouse. */
  readonly stock: { readonly warehouseId: string; readonly onHand: number } | null
  /** Columns that hold something, but nothing that was understood. */
  readonly invalid: readonly string[]
}

/** Something in an import that has to be put right before anything is written. */
export interface ImportProblem {
  /** 1 for the first row of data; null when it is about the whole. */
  readonly row: number | null
  readonly column: string | null
  readonly message: string
}

export type Cell = string | number | boolean | null | undefined

export type RawRow = Readonly<Record<string, Cell>>

type Parsed = { ok: true; value: string | number | boolean } | { ok: false; message: string }

interface Column {
  /** What it sets of an item; absent for the columns that name the item and count its stock. */
  readonly field?: keyof ItemFields
  /** For the model and the person that write an import. */
  readonly about: string
  readonly parse: (text: string, currency: string) => Parsed
}

/** Largest integer that a column of the ledger holds. */
const maximumInteger = 2_147_483_647

/** The columns of an import. Every one but `sku` may be left out or empty: then nothing changes. */
export const importColumns: Readonly<Record<string, Column>> = {
  sku: { about: 'Names the item; a new SKU creates one', parse: text(64) },
  name: { field: 'name', about: 'Name, required for a new item', parse: text(200) },
  category: { field: 'category', about: 'Category, required for a new item', parse: text(80) },
  supplier: { field: 'supplier', about: 'Supplier, required for a new item', parse: text(120) },
  unit_cost: {
    field: 'unitCostMinor',
    about: "Cost of one unit in the company's currency, such as 4.15; required for a new item",
    parse: amount,
  },
  list_price: {
    field: 'listPriceMinor',
    about: "Price of one unit in the company's currency; required for a new item",
    parse: amount,
  },
  volume_cm3: { field: 'volumeCm3', about: 'Volume of one unit in cm³', parse: whole(10_000_000) },
  weight_grams: { field: 'weightGrams', about: 'Weight of one unit', parse: whole(10_000_000) },
  lead_time_days: { field: 'leadTimeDays', about: 'From order to arrival', parse: whole(730) },
  reorder_point: { field: 'reorderPoint', about: 'Low stock at or below', parse: whole(1_000_000) },
  active: { field: 'active', about: 'true or false: whether the item is sold', parse: flag },
  warehouse_id: { about: 'Warehouse that was counted; needs on_hand', parse: text(64) },
  on_hand: {
    about:
      'Counted units in warehouse_id; units more enter at unit_cost, units fewer leave first in, first out',
    parse: whole(1_000_000),
  },
}

/** Reads rows of an import, all of them: every problem of every row is reported, not only the first. */
export function parseImportRows(
  raw: readonly RawRow[],
  currency: string,
): { rows: ImportRow[]; problems: ImportProblem[] } {
  const problems: ImportProblem[] = unknownColumns(raw)
  const rows = raw.flatMap((cells, index) => {
    const row = index + 1
    const values = new Map<string, string | number | boolean>()
    const invalid: string[] = []
    for (const [column, { parse }] of Object.entries(importColumns)) {
      const written = String(cells[column] ?? '').trim()
      if (written === '') continue
      const parsed = parse(written, currency)
      if (parsed.ok) values.set(column, parsed.value)
      else {
        invalid.push(column)
        problems.push({ row, column, message: `${parsed.message}, not ${quote(written)}` })
      }
    }
    const given = new Set([...values.keys(), ...invalid])
    problems.push(...missingColumns(given).map((missing) => ({ row, ...missing })))
    return values.has('sku') ? [toImportRow(row, values, invalid)] : []
  })
  return { rows, problems }
}

function unknownColumns(raw: readonly RawRow[]): ImportProblem[] {
  const unknown = new Map<string, number>()
  for (const [index, cells] of raw.entries()) {
    for (const column of Object.keys(cells)) {
      if (!Object.hasOwn(importColumns, column) && !unknown.has(column)) {
        unknown.set(column, index + 1)
      }
    }
  }
  const known = Object.keys(importColumns).join(', ')
  return [...unknown].map(([column, row]) => ({
    row,
    column,
    message: `is no column of an import; the columns are ${known}`,
  }))
}

function missingColumns(given: ReadonlySet<string>): { column: string; message: string }[] {
  const missing: { column: string; message: string }[] = []
  if (!given.has('sku')) missing.push({ column: 'sku', message: 'is required in every row' })
  if (given.has('on_hand') && !given.has('warehouse_id')) {
    missing.push({ column: 'warehouse_id', message: 'is required beside on_hand' })
  }
  if (given.has('warehouse_id') && !given.has('on_hand')) {
    missing.push({ column: 'on_hand', message: 'is required beside warehouse_id' })
  }
  return missing
}

function toImportRow(
  row: number,
  values: ReadonlyMap<string, string | number | boolean>,
  invalid: readonly string[],
): ImportRow {
  const fields: Record<string, string | number | boolean> = {}
  for (const [column, { field }] of Object.entries(importColumns)) {
    const value = values.get(column)
    if (field && value !== undefined) fields[field] = value
  }
  const warehouseId = values.get('warehouse_id')
  const onHand = values.get('on_hand')
  const isCount = warehouseId !== undefined && onHand !== undefined
  return {
    row,
    sku: values.get('sku') as string,
    fields: fields as Partial<ItemFields>,
    stock: isCount ? { warehouseId: warehouseId as string, onHand: onHand as number } : null,
    invalid,
  }
}

function text(maximumLength: number) {
  return (written: string): Parsed =>
    written.length <= maximumLength
      ? { ok: true, value: written }
      : { ok: false, message: `must have at most ${maximumLength} characters` }
}

function amount(written: string, currency: string): Parsed {
  const value = parseAmount(written, currency)
  if (value === undefined || value > maximumInteger) {
    return { ok: false, message: `must be an amount in ${currency} such as 12.50` }
  }
  return { ok: true, value }
}

function whole(maximum: number) {
  return (written: string): Parsed =>
    /^\d{1,9}$/.test(written) && Number(written) <= maximum
      ? { ok: true, value: Number(written) }
      : { ok: false, message: `must be a whole number from 0 to ${maximum}` }
}

function flag(written: string): Parsed {
  const value = { true: true, yes: true, '1': true, false: false, no: false, '0': false }[
    written.toLowerCase()
  ]
  return value === undefined ? { ok: false, message: 'must be true or false' } : { ok: true, value }
}

function quote(written: string): string {
  return JSON.stringify(written.length > 40 ? `${written.slice(0, 40)}…` : written)
}
