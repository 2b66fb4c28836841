import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DemoLedger, openDemoLedger } from '../testing/demo-ledger.ts'
import { type Company, readCompanies } from './companies.ts'
import type { Reader } from './reader.ts'
import { searchBooks } from './search-books.ts'

let demo: DemoLedger
let companies: Company[]
beforeAll(async () => {
  demo = await openDemoLedger()
  companies = await readCompanies(demo.database, ['co_harbor_us', 'co_harbor_eu', 'co_tallow'])
})
afterAll(() => demo[Symbol.asyncDispose]())

async function find(query: string, reader: Reader = demo.database): Promise<string[]> {
  const found = await searchBooks(reader, { inventory: companies }, query)
  return found.map(({ id }) => id)
}

const bowl = {
  companyId: 'co_tallow',
  name: 'Zelkova bowl',
  category: 'Dining',
  supplier: 'Tests and Sons',
  unitCostMinor: 100,
  listPriceMinor: 200,
  volumeCm3: 1,
  weightGrams: 1,
  leadTimeDays: 1,
  reorderPoint: 0,
}

describe('searchBooks', () => {
  test('finds rows that somebody else wrote, changed or deleted since the search before', async () => {
    const { item } = demo.database.prisma
    expect(await find('zelkova')).toEqual([])
    await item.create({ data: { ...bowl, id: 'itm_zelkova', sku: 'Z-1' } })
    expect(await find('zelkova')).toEqual(['itm_zelkova'])
    await item.update({ where: { id: 'itm_zelkova' }, data: { name: 'Paulownia bowl' } })
    expect(await find('zelkova')).toEqual([])
    expect(await find('paulownia')).toEqual(['itm_zelkova'])
    await item.delete({ where: { id: 'itm_zelkova' } })
    expect(await find('paulownia')).toEqual([])
  })

  test('searches at once each answer what they read', async () => {
    const { item } = demo.database.prisma
    const rounds = Array.from({ length: 12 }, async (_, round) => {
      const id = `itm_round_${round}`
      await item.create({ data: { ...bowl, id, sku: `ROUND-${round}` } })
      expect(await find(`ROUND-${round}`)).toEqual([id])
      await item.delete({ where: { id } })
      expect(await find(id)).toEqual([])
    })
    await Promise.all(rounds)
  })

  test('looks only where it is told to', async () => {
    const [eu] = companies.filter(({ id }) => id === 'co_harbor_eu')
    const kinds = async (books: Parameters<typeof searchBooks>[1]) =>
      new Set((await searchBooks(demo.database, books, 'harbor goods')).map(({ kind }) => kind))
    expect(await kinds({ inventory: [eu!] })).toEqual(new Set(['inventory']))
    expect(await kinds({ shipments: [eu!], reports: [] })).toEqual(new Set(['shipments']))
    expect(await kinds({})).toEqual(new Set())
    const found = await searchBooks(demo.database, { inventory: [eu!] }, 'HG-LTT-OAT')
    expect(found.filter(({ id }) => id.includes('_us_'))).toEqual([])
  })

  test('databases do not share what they hold', async () => {
    await demo.database.prisma.item.create({
      data: { ...bowl, id: 'itm_own', sku: 'OWN-1', name: 'Zelkova tray' },
    })
    expect(await find('zelkova')).toEqual(['itm_own'])
    await using empty = await openDemoLedger()
    expect(await find('zelkova', empty.database)).toEqual([])
  })
})
