import { resourceScopes } from '@neonpanel/contracts/scopes'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { describe, expect } from 'vitest'
import { testStack } from '../harness/stack.ts'
import { type Json, list, toolUser } from '../harness/tools.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { access_token } = await tokensFor(stack, { scope: resourceScopes.join(' ') })
const { use } = toolUser(stack.mcpUrl, access_token)
const company_id = 'co_harbor_us'

async function importItem(sku: string, name: string): Promise<void> {
  const rest = { category: 'Tests', supplier: 'Tests and Sons', unit_cost: '1.00' }
  await use('import_items', {
    company_id,
    rows: [{ sku, name, list_price: '2.00', ...rest }],
    dry_run: false,
    idempotency_key: `paging-${sku}`,
  })
}

/** Every page of the list; `between` runs when the first page has been read. */
async function walk(input: Json, between: (first: Json[]) => Promise<void>): Promise<Json[]> {
  const seen: Json[] = []
  let cursor: unknown
  do {
    const page = await use('get_inventory_items', {
      company_id,
      ...input,
      ...(cursor ? { cursor } : {}),
    })
    const rows = list(page.items)
    seen.push(...rows)
    if (cursor === undefined) await between(rows)
    cursor = page.next_cursor
  } while (cursor)
  return seen
}

describe('a cursor', () => {
  verifies(
    ['paging-survives', 'contract-5-tool-get-inventory-items'],
    'survives rows that come and go: the rest of the list follows, nothing twice, nothing hidden',
    async () => {
      for (const [round, sort] of ['sku', 'name'].entries()) {
        const before = await walk({ limit: 100, sort }, async () => {})
        let gone: string[] = []
        const seen = await walk({ limit: 20, sort }, async (first) => {
          expect(first).toHaveLength(20)
          // Two that come before the cursor, one that comes after it; the row it names goes, and one that was to come.
          await importItem(`AA-${round}`, 'Aaa bowl')
          await importItem(`AB-${round}`, 'Aab bowl')
          await importItem(`ZZ-${round}`, 'Zzz bowl')
          gone = [String(first.at(-1)?.id), String(before[50]?.id)]
          await stack.database.prisma.item.deleteMany({ where: { id: { in: gone } } })
        })
        const ids = seen.map(({ id }) => String(id))
        expect(new Set(ids).size).toBe(ids.length)
        const expected = before.map(({ id }) => String(id)).filter((id) => id !== gone[1])
        const added = seen.filter(({ sku }) => /^(?:AA|AB|ZZ)-/.test(String(sku)))
        expect(added.filter(({ sku }) => String(sku).endsWith(`-${round}`))).toEqual([
          expect.objectContaining({ sku: `ZZ-${round}` }),
        ])
        const old = new Set(added.map(({ id }) => String(id)))
        expect(ids.filter((id) => !old.has(id))).toEqual(expected.filter((id) => !old.has(id)))
      }
    },
  )

  verifies(
    ['paging-survives', 'tool-errors'],
    'is good for its own list and order alone, and the last page has none',
    async () => {
      const { refuse } = toolUser(stack.mcpUrl, access_token)
      const { next_cursor } = await use('get_inventory_items', { company_id, limit: 5 })
      for (const [name, input] of [
        ['get_inventory_items', { sort: 'name' }],
        ['get_analytics', {}],
        ['list_reports', {}],
        ['get_item_landed_cost', { item_id: 'itm_us_1007' }],
      ] as const) {
        expect(await refuse(name, { ...input, cursor: next_cursor })).toMatch(/Leave it out/)
      }
      const whole = await use('get_inventory_items', { company_id, query: 'HG-LNP-SAGE' })
      expect(whole).toMatchObject({ total_count: 1, next_cursor: null })
    },
  )
})
