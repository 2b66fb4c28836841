import { describe, expect, test } from 'vitest'
import { type LedgerState, planImport } from './import-plan.ts'
import { parseImportRows, type RawRow } from './import-rows.ts'
import type { Item } from './items.ts'

const cup: Item = {
  id: 'itm_1',
  companyId: 'co_test',
  sku: 'CUP',
  name: 'Cup',
  category: 'Kitchen',
  supplier: 'Potter',
  unitCostMinor: 300,
  listPriceMinor: 900,
  volumeCm3: 500,
  weightGrams: 200,
  leadTimeDays: 20,
  reorderPoint: 4,
  active: true,
}

const state: LedgerState = {
  items: [cup],
  warehouseIds: new Set(['wh_1', 'wh_2']),
  unitsOf: (itemId, warehouseId) =>
    itemId === 'itm_1' && warehouseId === 'wh_1'
      ? { onHand: 10, reserved: 3 }
      : { onHand: 0, reserved: 0 },
}

const bowl = {
  sku: 'BOWL',
  name: 'Bowl',
  category: 'Kitchen',
  supplier: 'Potter',
  unit_cost: '4.00',
  list_price: '12.00',
}

function plan(...raw: RawRow[]) {
  const { rows, problems } = parseImportRows(raw, 'USD')
  const planned = planImport(rows, state)
  return {
    changes: planned.changes,
    problems: [...problems, ...planned.problems].map(({ row, column }) => `${row} ${column}`),
  }
}

describe('planImport', () => {
  test('changes only what differs', () => {
    const { changes, problems } = plan({ sku: 'CUP', name: 'Cup', list_price: '9.50' })
    expect(problems).toEqual([])
    expect(changes).toHaveLength(1)
    expect(changes[0]).toMatchObject({ item: cup, changed: ['listPriceMinor'], stock: [] })
    expect(changes[0]!.after).toMatchObject({ name: 'Cup', listPriceMinor: 950, leadTimeDays: 20 })
  })

  test('creates an item with defaults for what may be left out', () => {
    const { changes, problems } = plan(bowl)
    expect(problems).toEqual([])
    expect(changes[0]).toMatchObject({ item: null, after: { leadTimeDays: 30, active: true } })
  })

  test('takes item and counts in several warehouses from several rows', () => {
    const { changes, problems } = plan(
      { ...bowl, warehouse_id: 'wh_1', on_hand: 5 },
      { sku: 'BOWL', warehouse_id: 'wh_2', on_hand: 2 },
      { sku: 'CUP', warehouse_id: 'wh_1', on_hand: 10 },
    )
    expect(problems).toEqual([])
    expect(changes[0]!.stock).toEqual([
      { warehouseId: 'wh_1', from: 0, to: 5 },
      { warehouseId: 'wh_2', from: 0, to: 2 },
    ])
    expect(changes[1]).toMatchObject({ changed: [], stock: [] })
  })

  test('a new item needs its required columns, all of them reported', () => {
    expect(plan({ sku: 'NEW' }).problems).toEqual([
      '1 name',
      '1 category',
      '1 supplier',
      '1 unit_cost',
      '1 list_price',
    ])
  })

  test('a column that was not understood is not reported as missing too', () => {
    expect(plan({ ...bowl, unit_cost: 'four' }).problems).toEqual(['1 unit_cost'])
  })

  test('rows of one SKU may not contradict each other', () => {
    expect(plan({ sku: 'CUP', name: 'Mug' }, { sku: 'CUP', name: 'Beaker' }).problems).toEqual([
      '2 name',
    ])
  })

  test('a warehouse may be counted once, and has to be one of the company', () => {
    expect(
      plan(
        { sku: 'CUP', warehouse_id: 'wh_1', on_hand: 5 },
        { sku: 'CUP', warehouse_id: 'wh_1', on_hand: 6 },
        { sku: 'CUP', warehouse_id: 'wh_elsewhere', on_hand: 6 },
      ).problems,
    ).toEqual(['2 on_hand', '3 warehouse_id'])
  })

  test('a count may not fall below what is reserved', () => {
    expect(plan({ sku: 'CUP', warehouse_id: 'wh_1', on_hand: 3 }).problems).toEqual([])
    expect(plan({ sku: 'CUP', warehouse_id: 'wh_1', on_hand: 2 }).problems).toEqual(['1 on_hand'])
  })

  test('units that would be worth more than a layer holds are refused', () => {
    const dear = { ...bowl, unit_cost: '21474836.47', warehouse_id: 'wh_1', on_hand: 2 }
    expect(plan(dear).problems).toEqual(['1 on_hand'])
  })
})
