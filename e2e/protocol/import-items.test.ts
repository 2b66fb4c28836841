import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { localClient } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { adminApi } from '../harness/admin.ts'
import { testStack } from '../harness/stack.ts'
import { type Json, list, toolUser } from '../harness/tools.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const scope = 'read:companies read:inventory write:import'
const { access_token } = await tokensFor(stack, { person: 'warehouse', scope })
const { use, refuse } = toolUser(stack.mcpUrl, access_token)

const newItem = {
  sku: 'E2E-0001',
  name: 'Imported by a test',
  category: 'Tests',
  supplier: 'Tests and Sons',
  unit_cost: '4.15',
  list_price: '9.90',
}

async function itemsOf(sku: string): Promise<Json[]> {
  return list(
    (await use('get_inventory_items', { query: sku, include_inactive: true })).items,
  ).filter((item) => item.sku === sku)
}

describe('import_items', () => {
  verifies(
    'contract-5-tool-import-items',
    'is a dry run unless told otherwise: it shows what would change',
    async () => {
      const preview = await use('import_items', { rows: [newItem] })
      expect(preview).toMatchObject({
        dry_run: true,
        valid: true,
        import_id: null,
        summary: { rows: 1, items_created: 1, problems: 0 },
      })
      expect(await itemsOf(newItem.sku)).toEqual([])
    },
  )

  verifies(
    'contract-5-tool-import-items',
    'reports every problem of every row at once, and writes nothing',
    async () => {
      const rows = [
        { ...newItem, sku: 'E2E-0002', unit_cost: 'cheap' },
        { ...newItem, sku: '' },
        { sku: 'E2E-0003', name: 'Without the rest' },
      ]
      const preview = await use('import_items', { rows })
      expect(preview.valid).toBe(false)
      expect(new Set(list(preview.problems).map(({ row }) => row))).toEqual(new Set([1, 2, 3]))
      await refuse('import_items', { rows, dry_run: false, idempotency_key: 'refused-import' })
      expect(await itemsOf('E2E-0003')).toEqual([])
    },
  )

  verifies(
    'contract-5-tool-import-items',
    'writes with an idempotency key, and never twice with the same one',
    async () => {
      const call = { rows: [newItem], dry_run: false, idempotency_key: 'e2e-import-0001' }
      const answers = await Promise.all([
        use('import_items', call),
        use('import_items', call),
        use('import_items', call),
      ])
      expect(new Set(answers.map(({ import_id }) => import_id)).size).toBe(1)
      expect(answers[0]).toMatchObject({ dry_run: false, summary: { items_created: 1 } })
      expect(await itemsOf(newItem.sku)).toHaveLength(1)
      expect(await stack.database.prisma.importRun.count()).toBe(1)
    },
  )

  verifies(
    'contract-5-tool-import-items',
    'refuses a key that was used for other rows, and no key',
    async () => {
      const other = { rows: [{ ...newItem, sku: 'E2E-0009' }], dry_run: false }
      await use('import_items', { ...other, idempotency_key: 'e2e-import-0009' })
      const changed = { rows: [{ ...newItem, sku: 'E2E-0010' }], dry_run: false }
      await refuse('import_items', { ...changed, idempotency_key: 'e2e-import-0009' })
      await refuse('import_items', changed)
      expect(await itemsOf('E2E-0010')).toEqual([])
    },
  )

  verifies(
    ['contract-5-tool-import-items', 'RS-92'],
    'reaches no company beyond the token',
    async () => {
      const foreign = await stack.database.prisma.company.findFirstOrThrow({
        where: { name: 'Harbor Goods LLC' },
      })
      await refuse('import_items', {
        rows: [newItem],
        company_id: foreign.id,
        dry_run: false,
        idempotency_key: 'e2e-foreign-1',
      })
      expect(
        await stack.database.prisma.item.count({
          where: { companyId: foreign.id, sku: newItem.sku },
        }),
      ).toBe(0)
    },
  )

  verifies('import-audited', 'is in the audit log, with who, what and how much', async () => {
    const wish = { rows: [{ ...newItem, sku: 'E2E-0011' }], dry_run: false }
    const { import_id: importId } = await use('import_items', {
      ...wish,
      idempotency_key: 'e2e-audited-1',
    })
    const { body } = await adminApi(stack).get<{ items: Json[] }>('/audit?type=import.committed')
    const person = await stack.database.prisma.person.findFirstOrThrow({
      where: { email: 'warehouse@neonpanel.test' },
    })
    expect(body.items[0]).toMatchObject({
      id: importId,
      type: 'import.committed',
      person_id: person.id,
      client_id: localClient.clientId,
      correlation_id: expect.stringMatching(/^c-/),
      detail: { confirmed_by: 'client', items_created: 1, stock_changes: 0 },
    })
    await use('import_items', { rows: [{ ...newItem, sku: 'E2E-0012' }] })
    const after = await adminApi(stack).get<{ items: Json[] }>('/audit?type=import.')
    expect(after.body.items[0]?.id).toBe(importId)
  })

  verifies(
    'contract-5-tool-import-items',
    'of one item, two at once, each counts from what the other left',
    async () => {
      const sku = 'E2E-0013'
      const count = (onHand: number) => ({
        rows: [{ ...newItem, sku, warehouse_id: 'wh_venlo', on_hand: onHand }],
        dry_run: false,
        idempotency_key: `e2e-count-to-${onHand}`,
      })
      const answers = await Promise.all([
        use('import_items', count(40)),
        use('import_items', count(25)),
      ])
      const created = answers.map(({ summary }) => (summary as Json).items_created)
      expect(created.toSorted()).toEqual([0, 1])
      const [item] = await itemsOf(sku)
      const { prisma } = stack.database
      const { _sum } = await prisma.stockAdjustment.aggregate({
        where: { itemId: String(item?.id) },
        _sum: { quantity: true },
      })
      expect(_sum.quantity).toBe(item?.on_hand)
      expect([25, 40]).toContain(item?.on_hand)
    },
  )
})
