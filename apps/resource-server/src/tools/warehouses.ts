import { z } from 'zod'
import type { Company } from '../ledger/companies.ts'
import { percent } from '../ledger/money.ts'
import { readStock, sumUnits, usualWindowDays } from '../ledger/stock.ts'
import { readTransfers, readWarehouses } from '../ledger/warehouses.ts'
import { defineTool, isToolError, readsOnly, type ToolContext } from '../mcp/tool.ts'
import { chooseCompanies, companyInput } from './choices.ts'

/** The days whose transfers are counted. */
const transferDays = 90

export const listWarehouses = defineTool({
  name: 'list_warehouses',
  title: 'List warehouses',
  description:
    'Lists warehouses with place, capacity and stock totals in units: on hand, reserved, available, inbound, and what ' +
    `moved between warehouses in the last ${transferDays} days. For single items use get_inventory_items.`,
  scopes: ['read:warehouses'],
  annotations: readsOnly,
  input: z.strictObject({ company_id: companyInput }),
  output: z.object({
    warehouses: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        company_id: z.string(),
        city: z.string(),
        country: z.string(),
        capacity_units: z.int(),
        used_percent: z.number().nullable(),
        items_in_stock: z.int().describe('Items with at least one unit on hand'),
        on_hand: z.int(),
        reserved: z.int().describe('Promised to open orders; still on hand'),
        available: z.int().describe('on_hand − reserved'),
        inbound: z.int().describe('On shipments under way'),
        transferred_in: z.int().describe(`Units from other warehouses, last ${transferDays} days`),
        transferred_out: z.int().describe(`Units to other warehouses, last ${transferDays} days`),
      }),
    ),
  }),
  async run({ company_id }, context) {
    const companies = await chooseCompanies(context, company_id)
    if (isToolError(companies)) return companies
    const lists = await Promise.all(companies.map((company) => warehousesOf(company, context)))
    return { warehouses: lists.flat() }
  },
})

async function warehousesOf(company: Company, { database }: ToolContext) {
  const [warehouses, stock, transfers] = await Promise.all([
    readWarehouses(database, company.id),
    readStock(database, company, { windowDays: usualWindowDays }),
    readTransfers(database, company, transferDays),
  ])
  return warehouses.map(({ id, name, companyId, city, country, capacityUnits }) => {
    const here = stock.filter((units) => units.warehouseId === id)
    const { onHand, reserved, inbound } = sumUnits(here)
    return {
      id,
      name,
      company_id: companyId,
      city,
      country,
      capacity_units: capacityUnits,
      used_percent: percent(onHand, capacityUnits),
      items_in_stock: here.filter((units) => units.onHand > 0).length,
      on_hand: onHand,
      reserved,
      available: onHand - reserved,
      inbound,
      transferred_in: transfers.get(id)?.unitsIn ?? 0,
      transferred_out: transfers.get(id)?.unitsOut ?? 0,
    }
  })
}
