import { createHash } from 'node:crypto'
import { requiredScope } from '@neonpanel/contracts/scopes'
import type { SqlValue } from '@neonpanel/database/statement'
import { isNativeRedirectUri } from '../clients/redirect-uris.ts'
import { hashPassword } from '../people/passwords.ts'
import {
  findNamed,
  type IdentifiedSeed,
  type KnownCompany,
  type SeedClient,
  type SeedPerson,
} from './ids.ts'

/** Rows of one table, named by their columns. */
export interface TableRows {
  readonly table: string
  readonly rows: readonly Readonly<Record<string, SqlValue>>[]
}

/** Everybody's password unless the file says otherwise: that of the demo. */
const usualPassword = 'neonpanel-demo'

/** What a seed file is in the database, parents before children. */
export async function rowsOf(
  seed: IdentifiedSeed,
  known: readonly KnownCompany[],
  at: Date,
): Promise<TableRows[]> {
  const companies = [...known, ...seed.companies]
  return [
    ...ledgerRows(seed.companies),
    { table: 'Person', rows: await Promise.all(seed.people.map((one) => personRow(one, at))) },
    {
      table: 'Membership',
      rows: seed.people.flatMap(({ id, roles }) =>
        Object.entries(roles).map(([company, role]) => ({
          personId: id,
          companyId: findNamed(companies, company)?.id ?? company,
          role,
        })),
      ),
    },
    { table: 'Client', rows: await Promise.all(seed.clients.map((one) => clientRow(one, at))) },
  ]
}

/** A password may be everybody's, and a reset hashes none again. */
const hashes = new Map<string, Promise<string>>()

function hashOnce(password: string): Promise<string> {
  const key = createHash('sha256').update(password).digest('base64')
  const hash = hashes.get(key) ?? hashPassword(password)
  hashes.set(key, hash)
  return hash
}

async function personRow({ id, email, name, administrator, ...person }: SeedPerson, at: Date) {
  const passwordHash = person.password_hash ?? (await hashOnce(person.password ?? usualPassword))
  const suspendedAt = person.suspended ? at : null
  return { id, email, name, passwordHash, administrator, suspendedAt, createdAt: at }
}

async function clientRow(client: SeedClient, at: Date) {
  const { id, name, secret, allowed_scopes, trust, suspended } = client
  const isReviewed = trust === 'reviewed'
  return {
    clientId: id,
    name,
    metadata: JSON.stringify(metadataOf(client)),
    secretHash: secret ? await hashOnce(secret) : null,
    origin: trust === 'unknown' ? 'open' : 'pre-registered',
    scopeCeiling:
      allowed_scopes.length > 0 ? [...new Set([requiredScope, ...allowed_scopes])].join(' ') : null,
    reviewedAt: isReviewed ? at : null,
    reviewedBy: isReviewed ? 'seed file' : null,
    suspendedAt: suspended ? at : null,
    createdAt: at,
  }
}

/** RFC 7591 section 2 names. */
function metadataOf({ name, type, uri, logo_uri, jwks, redirect_uris, ...client }: SeedClient) {
  const grants =
    client.grant_types ??
    (redirect_uris.length > 0 ? ['authorization_code', 'refresh_token'] : ['client_credentials'])
  const usualMethod = type === 'public' ? 'none' : 'client_secret_basic'
  const isNative = redirect_uris.some(isNativeRedirectUri)
  return {
    client_name: name,
    ...(uri && { client_uri: uri }),
    ...(logo_uri && { logo_uri }),
    ...(jwks && { jwks }),
    ...(client.post_logout_redirect_uris.length > 0 && {
      post_logout_redirect_uris: client.post_logout_redirect_uris,
    }),
    application_type: isNative ? 'native' : (client.application_type ?? 'web'),
    redirect_uris,
    grant_types: grants,
    response_types: grants.includes('authorization_code') ? ['code'] : [],
    token_endpoint_auth_method: client.token_endpoint_auth_method ?? usualMethod,
  }
}

function ledgerRows(companies: IdentifiedSeed['companies']): TableRows[] {
  const stocks = companies.flatMap((company) => stockOf(company))
  return [
    {
      table: 'Company',
      rows: companies.map(({ id, name, currency, country, marketplaces, posted_through }) => ({
        id,
        name,
        currency,
        country,
        marketplaces: JSON.stringify(marketplaces),
        postedThrough: posted_through,
      })),
    },
    {
      table: 'Warehouse',
      rows: companies.flatMap(({ id: companyId, country, warehouses }) =>
        warehouses.map(({ id, name, city, country: own, capacity_units }) => ({
          ...{ id, companyId, name, city },
          country: own ?? country,
          capacityUnits: capacity_units,
        })),
      ),
    },
    { table: 'Item', rows: companies.flatMap(itemRows) },
    { table: 'CostLayer', rows: stocks.map(({ layer }) => layer) },
    { table: 'StockAdjustment', rows: stocks.map(({ adjustment }) => adjustment) },
  ]
}

function itemRows({ id: companyId, currency, items }: IdentifiedSeed['companies'][number]) {
  return items.map(({ id, sku, name, category, supplier, active, ...item }) => ({
    ...{ id, companyId, sku, category, supplier, active },
    name: name ?? sku,
    unitCostMinor: minorUnits(item.unit_cost, currency),
    listPriceMinor: minorUnits(item.list_price, currency),
    volumeCm3: item.volume_cm3,
    weightGrams: item.weight_grams,
    leadTimeDays: item.lead_time_days,
    reorderPoint: item.reorder_point,
  }))
}

/** Stock as the ledger has it: units that were counted in, and the cost layer that they are. */
function stockOf({ id: companyId, currency, posted_through, ...company }: SeedCompanyLedger) {
  return company.items.flatMap((item) =>
    Object.entries(item.stock).flatMap(([name, quantity]) => {
      if (quantity === 0) return []
      const warehouseId = findNamed(company.warehouses, name)?.id ?? name
      const costMinor = quantity * minorUnits(item.unit_cost, currency)
      const where = { itemId: item.id, warehouseId, companyId, quantity, costMinor }
      return {
        layer: {
          ...where,
          sequence: 1,
          receivedOn: posted_through,
          source: 'adjustment',
          shipmentId: null,
          remainingQuantity: quantity,
          remainingCostMinor: costMinor,
        },
        adjustment: {
          ...where,
          id: `adj_${item.id}_${warehouseId}`,
          adjustedOn: posted_through,
          reason: 'Opening stock',
        },
      }
    }),
  )
}

type SeedCompanyLedger = IdentifiedSeed['companies'][number]

function minorUnits(amount: number, currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return Math.round(amount * 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2))
}
