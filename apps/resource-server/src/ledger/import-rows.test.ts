import { describe, expect, test } from 'vitest'
import { readCsv } from './import-csv.ts'
import { parseImportRows, type RawRow } from './import-rows.ts'

function problemsOf(...rows: RawRow[]): string[] {
  return parseImportRows(rows, 'USD').problems.map(({ row, column }) => `${row} ${column}`)
}

describe('parseImportRows', () => {
  test('reads amounts exactly, from text and from JSON numbers', () => {
    const { rows, problems } = parseImportRows(
      [
        { sku: 'A', unit_cost: '4.10', list_price: 18 },
        { sku: 'B', unit_cost: 4.1, active: 'no' },
      ],
      'USD',
    )
    expect(problems).toEqual([])
    expect(rows.map(({ fields }) => fields)).toEqual([
      { unitCostMinor: 410, listPriceMinor: 1_800 },
      { unitCostMinor: 410, active: false },
    ])
  })

  test('an empty cell says nothing', () => {
    const { rows, problems } = parseImportRows(
      [{ sku: 'A', name: '', category: null, supplier: ' ' }],
      'USD',
    )
    expect(problems).toEqual([])
    expect(rows[0]).toEqual({ row: 1, sku: 'A', fields: {}, stock: null, invalid: [] })
  })

  test('reports every problem of every row at once', () => {
    const found = problemsOf(
      { sku: 'A', unit_cost: '4.123', volume_cm3: '-1', active: 'perhaps' },
      { name: 'No SKU' },
      { sku: 'C', warehouse_id: 'wh' },
      { sku: 'D', on_hand: 4 },
    )
    expect(found).toEqual([
      '1 unit_cost',
      '1 volume_cm3',
      '1 active',
      '2 sku',
      '3 on_hand',
      '4 warehouse_id',
    ])
  })

  test.each([
    ['on_hand', '1.5'],
    ['on_hand', '1000001'],
    ['on_hand', '1e3'],
    ['unit_cost', '1,50'],
    ['unit_cost', '21474836.48'],
    ['list_price', 'free'],
    ['lead_time_days', '731'],
    ['name', 'x'.repeat(201)],
  ])('%s does not take %s', (column, value) => {
    expect(problemsOf({ sku: 'A', warehouse_id: 'w', on_hand: 1, [column]: value })).toEqual([
      `1 ${column}`,
    ])
  })

  test('a column that does not exist is reported once, with those that do', () => {
    const { problems } = parseImportRows(
      [
        { sku: 'A', price: 1 },
        { sku: 'B', price: 2 },
      ],
      'USD',
    )
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ row: 1, column: 'price' })
    expect(problems[0]!.message).toContain('list_price')
  })

  test.each(['__proto__', 'constructor', 'toString'])('%s is no column', (column) => {
    const row = JSON.parse(`{"sku":"A","${column}":"1"}`) as RawRow
    expect(problemsOf(row)).toEqual([`1 ${column}`])
  })
})

describe('readCsv', () => {
  test.each([
    ['commas', 'sku,name\nA,"Cup, blue"\n'],
    ['semicolons and a byte order mark', '\uFEFFsku;name\r\nA;Cup, blue\r\n\r\n'],
    ['tabs and headers in capitals', 'SKU\tName \nA\tCup, blue'],
  ])('reads %s', (_, csv) => {
    expect(readCsv(csv)).toEqual({ rows: [{ sku: 'A', name: 'Cup, blue' }], problems: [] })
  })

  test('a column alone needs no separator', () => {
    expect(readCsv('sku\nA\nB')).toEqual({ rows: [{ sku: 'A' }, { sku: 'B' }], problems: [] })
  })

  test('a row with more or fewer cells than the header is a problem of that row', () => {
    const { problems } = readCsv('sku,name\nA,Cup\nB,Cup,blue\nC')
    expect(problems.map(({ row }) => row)).toEqual([2, 3])
  })
})
