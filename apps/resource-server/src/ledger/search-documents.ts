import type { Company } from './companies.ts'
import { readShipments, type Shipment } from './costs.ts'
import { type Item, readItems } from './items.ts'
import type { Reader } from './reader.ts'
import { readReports } from './reports.ts'
import type { SearchDocument } from './search-index.ts'

/** What can be searched for in a company's books. */
export const searchedKinds = ['inventory', 'shipments', 'reports'] as const

export type SearchedKind = (typeof searchedKinds)[number]

/** A document of a company's books. */
export interface LedgerDocument extends SearchDocument {
  readonly kind: SearchedKind
}

/** Reads the documents of one kind as the books have them now. */
export function readSearchDocuments(
  reader: Reader,
  company: Company,
  kind: SearchedKind,
): Promise<LedgerDocument[]> {
  return readers[kind](reader, company)
}

export function itemTitle({ name, sku }: Item): string {
  return `${name} (${sku})`
}

export function shipmentTitle({ reference, supplier, orderedOn }: Shipment): string {
  return `Shipment ${reference} from ${supplier}, ordered ${orderedOn}`
}

type ReadDocuments = (reader: Reader, company: Company) => Promise<LedgerDocument[]>

const readers: Record<SearchedKind, ReadDocuments> = {
  async inventory(reader, { id: companyId, name: companyName }) {
    const items = await readItems(reader, companyId)
    return items.map((item) => ({
      kind: 'inventory',
      id: item.id,
      title: itemTitle(item),
      code: item.sku,
      words: `item ${item.category} ${item.supplier} ${companyName}`,
    }))
  },
  async shipments(reader, { id: companyId, name: companyName }) {
    const shipments = await readShipments(reader, companyId)
    return shipments.map((shipment) => ({
      kind: 'shipments',
      id: shipment.id,
      title: shipmentTitle(shipment),
      code: shipment.reference,
      words: `purchase order landed cost freight duty ${shipment.status.replace('_', ' ')} ${shipment.originCountry} ${companyName}`,
    }))
  },
  async reports(reader, company) {
    const reports = await readReports(reader, [company])
    return reports.map(({ id, kind, title, period }) => ({
      kind: 'reports',
      id,
      title,
      code: id,
      words:
        kind === 'profit_and_loss'
          ? `report income statement revenue sales margin ${period.label}`
          : `report inventory value balance ${period.label}`,
    }))
  },
}
