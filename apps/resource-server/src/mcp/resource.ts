import type { Scope } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import type { Company } from '../ledger/companies.ts'
import type { ItemsChanged } from '../ledger/item-changes.ts'

/** Where a resource is read: in the books of one company. */
export interface CompanyBooks {
  readonly database: Database
  readonly company: Company
}

/** A resource as lists and completion show it. */
export interface ListedResource {
  /** What names it within its company; empty for the company itself. */
  readonly id: string
  readonly title: string
  /** ISO 8601 day of the last posting that it shows; left out where the books do not know. */
  readonly lastModified?: string
}

/** One kind of resources that a company has, all of them JSON. */
export interface ResourceKind {
  /** Stands in the URI. */
  readonly name: string
  readonly title: string
  readonly description: string
  /** What the last part of the URI is called in the template; undefined for the company itself. */
  readonly idName: string | undefined
  /** All are needed; checked before the request is dispatched. */
  readonly scopes: readonly Scope[]
  list(books: CompanyBooks): Promise<readonly ListedResource[]>
  /** Undefined for an id that the company does not have. */
  read(books: CompanyBooks, id: string): Promise<object | undefined>
  /** Whether a resource of the company must be read anew after some of its items changed. */
  isTouchedBy(changed: ItemsChanged, id: string): boolean
}

/** What a resource URI says. */
export interface ResourceName {
  readonly kind: ResourceKind
  readonly companyId: string
  /** Empty for the company itself. */
  readonly id: string
}

const root = 'neonpanel://company/'

export function uriOf(kind: ResourceKind, companyId: string, id: string): string {
  const company = `${root}${encodeURIComponent(companyId)}`
  return kind.idName === undefined ? company : `${company}/${kind.name}/${encodeURIComponent(id)}`
}

/** RFC 6570. */
export function templateOf({ name, idName }: ResourceKind): string {
  return idName === undefined ? `${root}{company_id}` : `${root}{company_id}/${name}/{${idName}}`
}

const uriPattern = /^neonpanel:\/\/company\/([^/?#]+)(?:\/([^/?#]+)\/([^/?#]+))?$/

/** Beyond any that there is: a SKU has up to 64 characters. */
const longestUri = 2_000

/** @returns undefined for what is no URI of one of these kinds */
export function parseResourceUri(
  kinds: readonly ResourceKind[],
  uri: unknown,
): ResourceName | undefined {
  if (typeof uri !== 'string' || uri.length > longestUri) return undefined
  const [, companyId, name, id = ''] = uriPattern.exec(uri) ?? []
  if (companyId === undefined) return undefined
  const kind = kinds.find((each) => (each.idName === undefined ? undefined : each.name) === name)
  if (!kind) return undefined
  const names = { companyId: decode(companyId), id: decode(id) }
  if (names.companyId === undefined || names.id === undefined) return undefined
  return { kind, companyId: names.companyId, id: names.id }
}

/** @returns undefined for what is badly encoded, and for text that no database stores */
function decode(part: string): string | undefined {
  try {
    const text = decodeURIComponent(part)
    return text.includes('\0') || !text.isWellFormed() ? undefined : text
  } catch {
    return undefined
  }
}
