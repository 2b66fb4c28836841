import type { Scope } from '@neonpanel/contracts/scopes'
import { z } from 'zod'
import { readCompanies } from '../ledger/companies.ts'
import { searchBooks } from '../ledger/search-books.ts'
import type { SearchedKind } from '../ledger/search-documents.ts'
import { defineTool, readsOnly, type ToolContext, toolError } from '../mcp/tool.ts'
import { didYouMean } from './did-you-mean.ts'
import { itemDocument, reportDocument, shipmentDocument } from './documents.ts'

/** What search answers at most: enough to choose from, small enough to read. */
const maximumResults = 20

/** Where people read what was found: the page that an answer may cite. */
const pages = 'https://my.neonpanel.com'

/** Finance documents are found only by who may read them. */
const neededScope = {
  shipments: 'read:landed-cost',
  reports: 'read:reports',
} as const satisfies Partial<Record<SearchedKind, Scope>>

export const search = defineTool({
  name: 'search',
  title: 'Search',
  description:
    'Finds items by name, SKU, category or supplier, and where the connection may read them also purchase shipments and ' +
    'reports; typing errors are forgiven. Returns ids for fetch. For stock levels, low stock or what runs out use ' +
    'get_inventory_items instead.',
  scopes: ['read:inventory'],
  annotations: readsOnly,
  input: z.strictObject({
    query: z.string().max(500).describe('A few words, such as "linen napkins sage" or a SKU.'),
  }),
  output: z.object({
    results: z.array(z.object({ id: z.string(), title: z.string(), url: z.string() })),
  }),
  async run({ query }, context) {
    const found = await find(context, query)
    return {
      results: found
        .slice(0, maximumResults)
        .map(({ id, title, kind }) => ({ id, title, url: pageOfDocument(kind, id) })),
    }
  },
})

export const fetchDocument = defineTool({
  name: 'fetch',
  title: 'Fetch',
  description:
    'Returns one result of search in full, as text: an item with its stock, a purchase shipment with its landed costs, ' +
    'or a report.',
  scopes: ['read:inventory'],
  annotations: readsOnly,
  input: z.strictObject({ id: z.string().min(1).max(200).describe('An id that search returned.') }),
  output: z.object({
    id: z.string(),
    title: z.string(),
    text: z.string(),
    url: z.string(),
    metadata: z.record(z.string(), z.string()).optional(),
  }),
  async run({ id }, context) {
    const document =
      (await itemDocument(context, id)) ??
      (await shipmentDocument(within(context, 'shipments'), id)) ??
      (await reportDocument(within(context, 'reports'), id))
    if (!document) {
      const meant = didYouMean(await find(context, id))
      return toolError(
        `There is no document ${id}, or this connection may not read it.${meant} Use an id that search returned.`,
      )
    }
    const { kind, ...rest } = document
    return { id, ...rest, url: pageOfDocument(kind, id) }
  },
})

/** The documents that the caller may read and that have the words. */
async function find(context: ToolContext, query: string) {
  const companies = await readCompanies(context.database, context.companies)
  const readable = (ids: readonly string[]) => companies.filter(({ id }) => ids.includes(id))
  const books = {
    inventory: companies,
    shipments: readable(within(context, 'shipments').companies),
    reports: readable(within(context, 'reports').companies),
  }
  return searchBooks(context.database, books, query)
}

/** The call, narrowed to the companies whose documents of this kind the caller may read. */
function within(context: ToolContext, kind: keyof typeof neededScope): ToolContext {
  return { ...context, companies: context.companiesWith(neededScope[kind]) }
}

function pageOfDocument(kind: SearchedKind, id: string): string {
  return `${pages}/${kind}/${encodeURIComponent(id)}`
}
