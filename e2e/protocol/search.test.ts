import { resourceScopes } from '@neonpanel/contracts/scopes'
import { type GrantWish, tokensFor } from '@neonpanel/testing-kit/client/grant'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { testStack } from '../harness/stack.ts'
import { list, toolUser } from '../harness/tools.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()

async function holder(wish: GrantWish) {
  const { access_token } = await tokensFor(stack, { scope: resourceScopes.join(' '), ...wish })
  const user = toolUser(stack.mcpUrl, access_token)
  const find = async (query: string) => list((await user.use('search', { query })).results)
  const titles = async (query: string) => (await find(query)).map(({ title }) => String(title))
  return { ...user, find, titles }
}

const owner = await holder({})
/** Their companies are none of each other’s. */
const warehouse = await holder({ person: 'warehouse' })
const analyst = await holder({ person: 'analyst' })
const viewer = await holder({ scope: 'read:companies read:inventory' })

describe('search', () => {
  verifies(
    ['search-typos', 'contract-5-tool-search'],
    'finds what was meant despite typing errors, swapped letters, plurals and accents',
    async () => {
      const wanted: [query: string, title: RegExp][] = [
        ['lienn napkins sage', /^Linen napkins.*Sage/],
        ['linen napkin saeg', /^Linen napkins.*Sage/],
        ['enamle mugs', /^Enamel mug/],
        ['cermaic mug', /mug/i],
        ['tabelcloth oat', /^Linen tablecloth.*Oat/],
        ['ALENTEJO córk', /Cork/],
        ['proft and loss october 2026', /^Profit and loss, October 2026/],
        ['stock valuaton', /^Stock valuation, 31 October 2026/],
        ['shipmnet ribe', /^Shipment .* from Ribe Enamel/],
      ]
      for (const [query, title] of wanted) {
        expect((await owner.titles(query))[0], query).toMatch(title)
      }
    },
  )

  verifies(
    ['search-typos', 'contract-5-tool-search'],
    'answers a SKU, a reference or an id with its document alone',
    async () => {
      for (const [query, id] of [
        ['HG-LNP-SAGE', 'itm_us_1007'],
        ['hg lnp sage', 'itm_us_1007'],
        ['itm_us_1007', 'itm_us_1007'],
        ['PO-2026-0300', 'shp_us_0300'],
        ['stock_valuation.co_harbor_us.2026-10', 'stock_valuation.co_harbor_us.2026-10'],
      ] as const) {
        expect((await owner.find(query)).map((found) => found.id)).toEqual([id])
      }
    },
  )

  verifies(
    ['search-typos', 'RS-89'],
    'guesses no word out of nothing, and prefers what has all the words',
    async () => {
      for (const query of ['xyzzy', 'candles', '§§§', '', '2099', 'umbrella stand']) {
        expect(await owner.find(query), query).toEqual([])
      }
      for (const title of await owner.titles('linen sage')) expect(title).toMatch(/Linen.*Sage/)
    },
  )

  verifies(
    ['search-fresh', 'import-seen', 'contract-5-tool-search'],
    'finds an item at once that was imported, renamed or written by somebody else',
    async () => {
      expect(await owner.find('zelkova')).toEqual([])
      const row = {
        sku: 'HG-ZEL-1',
        name: 'Zelkova bowl',
        category: 'Dining',
        supplier: 'Tests and Sons',
        unit_cost: '4.15',
        list_price: '9.90',
      }
      const write = (rows: object[], idempotency_key: string) =>
        owner.use('import_items', {
          company_id: 'co_harbor_us',
          rows,
          dry_run: false,
          idempotency_key,
        })
      await write([row], 'search-fresh-1')
      expect(await owner.titles('zelkvoa')).toEqual(['Zelkova bowl (HG-ZEL-1)'])
      await write([{ sku: row.sku, name: 'Paulownia bowl' }], 'search-fresh-2')
      expect(await owner.find('zelkova')).toEqual([])
      const { items } = await owner.use('get_inventory_items', { query: 'paulownia' })
      expect(list(items).map(({ sku }) => sku)).toEqual([row.sku])
      const where = { companyId: 'co_harbor_us', sku: row.sku }
      await stack.database.prisma.item.updateMany({ where, data: { name: 'Hinoki bowl' } })
      expect(await owner.titles('hinoki')).toEqual(['Hinoki bowl (HG-ZEL-1)'])
      await stack.database.prisma.item.deleteMany({ where })
      expect(await owner.find('hinoki')).toEqual([])
    },
  )
})

const words = [
  ...['linen', 'enamel', 'mug', 'sage', 'cork', 'oak', 'candle', 'wax', 'soap', 'towel', 'box'],
  ...['shipment', 'po-2026', 'ribe', 'baltic', 'profit', 'stock valuation', 'Q3', '2026-10'],
  ...['harbor', 'tallow', 'HG', 'HE', 'TS', 'lienn', 'candel', 'item', 'the', '1', '%', '"'],
]
const query = fc
  .array(fc.constantFrom(...words), { minLength: 1, maxLength: 4 })
  .map((chosen) => chosen.join(' '))

describe('search and fetch', () => {
  verifies(
    ['RS-89', 'RS-90', 'RS-92', 'contract-5-tool-search', 'contract-5-tool-fetch'],
    'whatever one finds, one can fetch, and says the same; nobody else finds or fetches it',
    async () => {
      const pairs = [
        [warehouse, analyst],
        [analyst, warehouse],
      ] as const
      let fetched = 0
      await fc.assert(
        fc.asyncProperty(query, fc.constantFrom(...pairs), async (asked, [reader, stranger]) => {
          const found = await reader.find(asked)
          const foreign = new Set((await stranger.find(asked)).map(({ id }) => id))
          expect(found.length).toBeLessThanOrEqual(20)
          expect(new Set(found.map(({ id }) => id)).size).toBe(found.length)
          for (const result of found.slice(0, 3)) {
            expect(Object.keys(result).sort()).toEqual(['id', 'title', 'url'])
            expect(new URL(String(result.url)).protocol).toBe('https:')
            expect(foreign).not.toContain(result.id)
            const { text, metadata, ...same } = await reader.use('fetch', { id: result.id })
            expect(same).toEqual(result)
            expect(String(text).length).toBeGreaterThan(80)
            expect(metadata).toEqual(expect.any(Object))
            const refusal = await stranger.refuse('fetch', { id: result.id })
            expect(refusal).not.toContain(result.title)
            fetched += 1
          }
        }),
        { numRuns: 60 },
      )
      expect(fetched).toBeGreaterThan(40)
    },
  )

  verifies(
    ['RS-92', 'contract-5-tool-search', 'contract-5-tool-fetch'],
    'finance documents are neither found nor fetched without the scope for them, whatever the words',
    async () => {
      const hidden = /^(?:shp_|profit_and_loss\.|stock_valuation\.)/
      await fc.assert(
        fc.asyncProperty(query, async (asked) => {
          for (const { id } of await viewer.find(asked)) expect(id).not.toMatch(hidden)
          const documents = (await owner.find(asked)).filter(({ id }) => hidden.test(String(id)))
          for (const { id, title } of documents.slice(0, 2)) {
            expect(await viewer.refuse('fetch', { id })).not.toContain(title)
          }
        }),
        { numRuns: 40 },
      )
    },
  )
})
