import { z } from 'zod'
import { type Company, readCompanies } from '../ledger/companies.ts'
import { defineTool, readsOnly } from '../mcp/tool.ts'

export const listCompanies = defineTool({
  name: 'list_companies',
  title: 'List companies',
  description:
    'Lists the companies that this connection may read: id, name, currency, sales channels, and the last day of their ' +
    'books, from which reports and forecasts look. Call it first: other tools take the company ids.',
  scopes: ['read:companies'],
  annotations: readsOnly,
  input: z.strictObject({}),
  output: z.object({
    companies: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        currency: z.string().describe('ISO 4217; all amounts of the company are in it'),
        country: z.string().describe('ISO 3166 alpha-2'),
        marketplaces: z.array(z.string()).describe('Sales channels'),
        books_through: z.string().describe('Last day with postings, YYYY-MM-DD'),
        item_count: z.int(),
        warehouse_count: z.int(),
      }),
    ),
  }),
  async run(_input, { database, companies }) {
    const found = await readCompanies(database, companies)
    return { companies: found.map(describeCompany) }
  },
})

/** A company, as tools and resources write it. */
export function describeCompany(company: Company) {
  return {
    id: company.id,
    name: company.name,
    currency: company.currency,
    country: company.country,
    marketplaces: [...company.marketplaces],
    books_through: company.postedThrough,
    item_count: company.itemCount,
    warehouse_count: company.warehouseCount,
  }
}
