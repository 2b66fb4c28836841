/** How a scope is described to a person. */
export interface ScopeDefinition {
  /** Name of the permission on pages, and the accessible name of its checkbox. */
  readonly title: string
  /** What the holder may do, in one sentence. */
  readonly asks: string
  readonly group: ScopeGroup
  /** `sensitive` scopes change data; they are never ticked for the person. */
  readonly sensitivity: 'normal' | 'sensitive'
}

export type ScopeGroup = 'inventory' | 'finance' | 'write'

/** Legends of the consent page's groups, in the order they are shown. */
export const scopeGroups = {
  inventory: 'Read inventory and warehouses',
  finance: 'Read finance',
  write: 'Write',
} as const satisfies Record<ScopeGroup, string>

/** The nine resource scopes, in the order in which people see them. */
export const scopes = {
  'read:companies': {
    title: 'See your companies',
    asks: 'Names, base currency and marketplaces.',
    group: 'inventory',
    sensitivity: 'normal',
  },
  'read:inventory': {
    title: 'Read inventory',
    asks: 'SKUs and quantities on hand, reserved and inbound.',
    group: 'inventory',
    sensitivity: 'normal',
  },
  'read:warehouses': {
    title: 'Read warehouses',
    asks: 'Locations, capacity and transfers between them.',
    group: 'inventory',
    sensitivity: 'normal',
  },
  'read:analytics': {
    title: 'Read analytics',
    asks: 'Sell-through, velocity and stock-out forecasts.',
    group: 'inventory',
    sensitivity: 'normal',
  },
  'read:revenue': {
    title: 'Read revenue',
    asks: 'Orders, refunds and fees by day and channel.',
    group: 'finance',
    sensitivity: 'normal',
  },
  'read:cogs': {
    title: 'Read cost of goods sold',
    asks: 'Unit costs and margins by SKU and batch.',
    group: 'finance',
    sensitivity: 'normal',
  },
  'read:landed-cost': {
    title: 'Read landed costs',
    asks: 'Freight, duty and insurance per unit by shipment.',
    group: 'finance',
    sensitivity: 'normal',
  },
  'read:reports': {
    title: 'Read reports',
    asks: 'Saved profit and loss, balance and stock valuation reports.',
    group: 'finance',
    sensitivity: 'normal',
  },
  'write:import': {
    title: 'Import data',
    asks: 'Create and overwrite items, stock and costs.',
    group: 'write',
    sensitivity: 'sensitive',
  },
} as const satisfies Record<string, ScopeDefinition>

export type Scope = keyof typeof scopes

export const resourceScopes = Object.keys(scopes) as readonly Scope[]

/** Required whenever any resource scope is asked for: without it no company can be named. */
export const requiredScope = 'read:companies' satisfies Scope

/** What a first challenge asks for while no call is known yet (SPEC-MATRIX E.4 decision 4). */
export const leastUsefulScopes = ['read:companies', 'read:inventory'] as const satisfies Scope[]

/** OpenID Connect scopes of the authorization server; the resource server never lists them. */
export const identityScopes = ['openid', 'profile', 'email', 'offline_access'] as const

export type IdentityScope = (typeof identityScopes)[number]

/** The scope of an initial access token, and of nothing else. */
export const registrationScope = 'dcr.create'

export function isScope(value: string): value is Scope {
  return Object.hasOwn(scopes, value)
}

export function isReadScope(scope: Scope): boolean {
  return scopes[scope].sensitivity === 'normal'
}

/** Splits a space-delimited `scope` value (RFC 6749 section 3.3); blanks and repeats are dropped. */
export function parseScope(value: string | undefined): string[] {
  return [...new Set((value ?? '').split(' ').filter(Boolean))]
}
