import { resourceScopes, type Scope, scopes } from './scopes.ts'

/** What each role of a company may do. A person has one role per company. */
export const roles = {
  Owner: resourceScopes,
  'Finance analyst': resourceScopes.filter(
    (scope) => scopes[scope].sensitivity === 'normal' && scope !== 'read:landed-cost',
  ),
  'Warehouse manager': ['read:companies', 'read:inventory', 'read:warehouses', 'write:import'],
  Viewer: ['read:companies', 'read:inventory'],
} as const satisfies Record<string, readonly Scope[]>

export type Role = keyof typeof roles

export const roleNames = Object.keys(roles) as readonly Role[]

export function isRole(value: string): value is Role {
  return Object.hasOwn(roles, value)
}

export interface Membership {
  readonly companyId: string
  readonly role: Role
}

/** The scopes that a person holds in at least one of the given companies, in catalogue order. */
export function permittedScopes(memberships: readonly Membership[]): Scope[] {
  return resourceScopes.filter((scope) => memberships.some(({ role }) => roleHolds(role, scope)))
}

export function roleHolds(role: Role, scope: Scope): boolean {
  return (roles[role] as readonly Scope[]).includes(scope)
}
