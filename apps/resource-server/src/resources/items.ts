import { readItems } from '../ledger/items.ts'
import { readPositions, usualWindowDays } from '../ledger/stock.ts'
import type { ResourceKind } from '../mcp/resource.ts'
import { describePosition } from '../tools/inventory.ts'

export const items: ResourceKind = {
  name: 'item',
  title: 'Item',
  description:
    'An item with its units on hand, reserved, available and inbound, per warehouse too.',
  idName: 'sku',
  scopes: ['read:inventory'],
  async list({ database, company }) {
    const found = await readItems(database, company.id)
    return found.map(({ sku, name }) => ({ id: sku, title: `${name} (${sku})` }))
  },
  async read({ database, company }, sku) {
    const positions = await readPositions(database, company, { windowDays: usualWindowDays })
    const position = positions.find(({ item }) => item.sku === sku)
    return position && { as_of: company.postedThrough, ...describePosition(position) }
  },
  isTouchedBy: ({ skus }, sku) => skus.includes(sku),
}
