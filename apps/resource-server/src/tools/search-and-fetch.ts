import type { Scope } from '@neonpanel/contracts/scopes'
import { z } from 'zod'
import { type Company, readCompanies } from '../ledger/companies.ts'
import { readShipments } from '../ledger/costs.ts'
import { readItems } from '../ledger/items.ts'
import { readReports } from '../ledger/reports.ts'
import { type SearchDocument, searchDocuments } from '../ledger/search.ts'
import { defineTool, readsOnly, type ToolContext, toolError } from '../mcp/tool.ts'
import { itemDocument, reportDocument, shipmentDocument } from './documents.ts'

/** What search answers at most: enough to choose from, small enough to read. */
const maximumResults = 20

/** Where people read what was found: the page that an answer may cite. */
const pages = 'https://my.neonpanel.com'

type Kind = 'inventory' | 'shipments' | 'reports'

interface Found extends SearchDocument {
  readonly kind: Kind
}

/** Finance documents are found only by who may read them. */
const neededScope = {
  shipments: 'read:landed-cost',
  reports: 'read:reports',
} as const satisfies Partial<Record<Kind, Scope>>

export const search = defineTool({
  name: 'search',
  title: 'Search',
  description:
    'Finds items by name, SKU, category or supplier, and where the connection may read them also purchase shipments and ' +
    'reports. Returns ids for fetch. For stock levels, low stock or what runs out use get_inventory_items instead.',
  scopes: ['read:inventory'],
  annotations: readsOnly,
  input: z.strictObject({
    query: z.string().max(500).describe('A few words, such as "linen napkins sage" or a SKU.'),
  }),
  output: z.object({
    results: z.array(z.object({ id: z.string(), title: z.string(), url: z.string() })),
  }),
  async run({ query }, context) {
    const companies = await readCompanies(context.database, context.companies)
    const documents = await Promise.all([
      ...companies.map((company) => itemsOf(company, context)),
      ...companies.map((company) => shipmentsOf(company, context)),
      reportsOf(companies, context),
    ])
    const found = searchDocuments(documents.flat(), query, maximumResults)
    return {
      results: found.map(({ id, title, kind }) => ({ id, title, url: pageOfDocument(kind, id) })),
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
      return toolError(
        `There is no document ${id}, or this connection may not read it. Use an id that search returned.`,
      )
    }
    const { kind, ...rest } = document
    return { id, ...rest, url: pageOfDocument(kind, id) }
  },
})

/** The call, narrowed to the companies whose documents of this kind the caller may read. */
function within(context: ToolContext, kind: keyof typeof neededScope): ToolContext {
  return { ...context, companies: context.companiesWith(neededScope[kind]) }
}

function pageOfDocument(kind: Kind, id: string): string {
  return `${pages}/${kind}/${encodeURIComponent(id)}`
}

async function itemsOf(company: Company, { database }: ToolContext): Promise<Found[]> {
  const items = await readItems(database, company.id)
  return items.map(({ id, sku, name, category, supplier }) => ({
    kind: 'inventory',
    id,
    title: `${name} (${sku})`,
    codes: [sku],
    words: `item ${category} ${supplier} ${company.name}`,
  }))
}

async function shipmentsOf(company: Company, context: ToolContext): Promise<Found[]> {
  if (!within(context, 'shipments').companies.includes(company.id)) return []
  const shipments = await readShipments(context.database, company.id)
  return shipments.map(({ id, reference, supplier, status, orderedOn, originCountry }) => ({
    kind: 'shipments',
    id,
    title: `Shipment ${reference} from ${supplier}, ordered ${orderedOn}`,
    codes: [reference],
    words: `purchase order landed cost freight duty ${status.replace('_', ' ')} ${originCountry} ${company.name}`,
  }))
}

async function reportsOf(companies: readonly Company[], context: ToolContext): Promise<Found[]> {
  const readable = within(context, 'reports').companies
  const reports = await readReports(
    context.database,
    companies.filter(({ id }) => readable.includes(id)),
  )
  return reports.map(({ id, kind, title, period }) => ({
    kind: 'reports',
    id,
    title,
    codes: [],
    words:
      kind === 'profit_and_loss'
        ? `report income statement revenue sales margin ${period.label}`
        : `report inventory value balance ${period.label}`,
  }))
}
