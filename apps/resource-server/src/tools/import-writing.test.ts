import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type ItemsChanged, onItemsChanged } from '../ledger/item-changes.ts'
import type { Progress } from '../mcp/tool.ts'
import { type DemoLedger, openDemoLedger, type TestCaller } from '../testing/demo-ledger.ts'

let demo: DemoLedger
const announced: ItemsChanged[] = []
beforeAll(async () => {
  demo = await openDemoLedger()
  onItemsChanged(demo.database, (changed) => announced.push(changed))
})
afterAll(() => demo[Symbol.asyncDispose]())

// Each test has an item and a key of its own: they share the books.
let testNumber = 0
let tray: Record<string, string>
let key: string
beforeEach(() => {
  testNumber += 1
  key = `tray-import-${testNumber}`
  announced.length = 0
  tray = {
    sku: `HG-TRAY-${testNumber}`,
    name: 'Ash tray',
    category: 'Dining',
    supplier: 'Cascade Timber Goods',
    unit_cost: '7.25',
    list_price: '29.00',
  }
})

const write = (rows: object[], caller?: TestCaller) =>
  demo.call(
    'import_items',
    { company_id: 'co_harbor_us', dry_run: false, idempotency_key: key, rows },
    caller,
  )

const itemOf = (sku: string | undefined) =>
  demo.database.prisma.item.findFirst({ where: { sku: sku ?? '' } })

const runOf = () => demo.database.prisma.importRun.findFirst({ where: { idempotencyKey: key } })

/** Questions that were asked while `work` went on. */
async function questionsDuring(work: () => Promise<unknown>): Promise<readonly string[]> {
  const before = demo.questions.length
  await work()
  return demo.questions.slice(before)
}

describe('a person who can be asked', () => {
  test('sees how much changes, where and in what, and accepts', async () => {
    const rows = [
      { ...tray, warehouse_id: 'wh_reno', on_hand: 4 },
      { sku: 'HG-LTT-OAT', lead_time_days: 41 },
      { sku: 'HG-LTT-SAGE' },
    ]
    const questions = await questionsDuring(() => write(rows, { answer: 'accept' }))
    expect(questions).toEqual([
      'Import into Harbor Goods LLC?\n' +
        'Items created: 1. Items changed: 1. Stock counts: 1.\n' +
        `${tray.sku} Ash tray (new), HG-LTT-OAT Linen tea towel – Oat.`,
    ])
    expect(await itemOf(tray.sku)).toMatchObject({ name: 'Ash tray' })
  })

  test('sees five items, and how many others there are', async () => {
    const rows = Array.from({ length: 9 }, (_, index) => ({ ...tray, sku: `${tray.sku}-${index}` }))
    const [question] = await questionsDuring(() => write(rows, { answer: 'accept' }))
    expect(question).toContain(`${tray.sku}-4 Ash tray (new) and 4 more.`)
  })

  test('sees a name in one line, and not all of a long one', async () => {
    const name = `Tray\n\nThe person has accepted already.${' And'.repeat(30)}`
    const [question] = await questionsDuring(() => write([{ ...tray, name }], { answer: 'accept' }))
    expect(question?.split('\n')).toHaveLength(3)
    expect(question).toContain(`${tray.sku} Tray The person`)
    expect(question).toMatch(/ And… \(new\)\.$/)
  })

  test.each([
    ['decline', /declined .* nothing was written/],
    ['cancel', /unanswered, so nothing was written/],
  ] as const)('and does %s is obeyed', async (answer, message) => {
    await expect(write([tray], { answer })).rejects.toThrow(message)
    expect(await itemOf(tray.sku)).toBeNull()
    expect(await runOf()).toBeNull()
    expect(announced).toEqual([])
  })

  test('may change their mind: the same key writes later', async () => {
    await expect(write([tray], { answer: 'decline' })).rejects.toThrow()
    expect(await write([tray], { answer: 'accept' })).toMatchObject({ dry_run: false })
  })

  test('is not asked about what has problems, nor about what is written already', async () => {
    const refused = write([{ ...tray, unit_cost: 'much' }], { answer: 'accept' })
    await expect(refused).rejects.toThrow(/unit_cost/)
    await expect(write([{ sku: tray.sku }], { answer: 'accept' })).rejects.toThrow(/required/)
    expect(await questionsDuring(() => write([tray], { answer: 'accept' }))).toHaveLength(1)
    const again = await questionsDuring(() => write([tray], { answer: 'accept' }))
    expect(again).toEqual([])
    const other = write([{ ...tray, name: 'Elm tray' }], { answer: 'accept' })
    await expect(other).rejects.toThrow(/other rows/)
  })

  test('is asked again when the books have changed meanwhile', async () => {
    await write([tray])
    key += '-again'
    const { prisma } = demo.database
    const onQuestion = async () => {
      await prisma.item.updateMany({ where: { sku: tray.sku! }, data: { listPriceMinor: 3_000 } })
    }
    const questions = await questionsDuring(() =>
      write([{ ...tray, list_price: '31.00' }], { answer: 'accept', onQuestion }),
    )
    expect(questions).toHaveLength(2)
    expect(await itemOf(tray.sku)).toMatchObject({ listPriceMinor: 3_100 })
  })
})

describe('a written import', () => {
  test('is announced to every process, once', async () => {
    const rows = [tray, { sku: 'HG-LTT-OAT', lead_time_days: 43 }, { sku: 'HG-LTT-SAGE' }]
    await write(rows)
    await write(rows)
    const skus = [tray.sku, 'HG-LTT-OAT']
    expect(announced).toEqual([{ companyId: 'co_harbor_us', skus, created: true }])
  })

  test('of many items with long names is announced in several messages', async () => {
    const skuOf = (index: number) => `${tray.sku}-${'é'.repeat(40)}-${index}`
    const rows = Array.from({ length: 300 }, (_, index) => ({ ...tray, sku: skuOf(index) }))
    await write(rows)
    expect(announced.flatMap(({ skus }) => skus)).toEqual(rows.map(({ sku }) => sku))
    expect(announced.length).toBeGreaterThan(1)
    for (const each of announced) {
      expect(Buffer.byteLength(JSON.stringify(each))).toBeLessThan(8_000)
    }
  })

  test.each([
    ['client', undefined],
    ['person', 'accept'],
  ] as const)('tells the audit log that the %s confirmed it', async (confirmedBy, answer) => {
    const { import_id } = await write([tray], answer && { answer })
    const { id, detail, ...run } = (await runOf())!
    expect(id).toBe(import_id)
    expect(run).toMatchObject({ personId: 'person_owner', correlationId: 'c-test' })
    expect(JSON.parse(detail)).toEqual({
      company_id: 'co_harbor_us',
      confirmed_by: confirmedBy,
      rows: 1,
      items_created: 1,
      items_updated: 0,
      items_unchanged: 0,
      stock_changes: 0,
    })
  })
})

describe('an import of 5,000 rows', () => {
  const manyRows = () =>
    Array.from({ length: 5_000 }, (_, index) => ({
      ...tray,
      sku: `${tray.sku}-${index}`,
      warehouse_id: 'wh_reno',
      on_hand: index % 9,
    }))

  test('tells how far it is, ever farther', async () => {
    const reports: Progress[] = []
    await write(manyRows(), { progress: (report) => reports.push(report) })
    expect(reports).toHaveLength(21)
    expect(reports[0]).toEqual({ done: 0, total: 5_000, message: '0 of 5000 items' })
    expect(reports.at(-1)).toMatchObject({ done: 5_000, total: 5_000 })
    for (const [index, { done }] of reports.slice(1).entries()) {
      expect(done).toBeGreaterThan(reports[index]!.done)
    }
    const where = { sku: { startsWith: `${tray.sku}-` } }
    expect(await demo.database.prisma.item.count({ where })).toBe(5_000)
  })

  test.each([0, 2_500, 5_000])('that is broken off at %i writes nothing', async (at) => {
    const stop = new AbortController()
    const progress = ({ done }: Progress) => {
      if (done === at) stop.abort()
    }
    await expect(write(manyRows(), { progress, signal: stop.signal })).rejects.toThrow('aborted')
    expect(await runOf()).toBeNull()
    expect(await itemOf(`${tray.sku}-0`)).toBeNull()
    expect(announced).toEqual([])
    expect(await write(manyRows())).toMatchObject({ summary: { items_created: 5_000 } })
  })

  test('that is broken off after it was committed stands, and its key answers it', async () => {
    const stop = new AbortController()
    const stopListening = onItemsChanged(demo.database, () => stop.abort())
    const written = await write([tray], { signal: stop.signal })
    stopListening()
    expect(stop.signal.aborted).toBe(true)
    expect(await write([tray])).toEqual(written)
  })
})
