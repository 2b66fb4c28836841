import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isRole, type Membership, permittedScopes, roleHolds, roleNames, roles } from './roles.ts'
import { resourceScopes, type Scope } from './scopes.ts'

/** The table of the contract, written out. */
const table: Record<string, readonly Scope[]> = {
  Owner: [
    'read:inventory',
    'read:analytics',
    'read:companies',
    'read:reports',
    'read:warehouses',
    'read:revenue',
    'read:cogs',
    'read:landed-cost',
    'write:import',
  ],
  'Finance analyst': [
    'read:inventory',
    'read:analytics',
    'read:companies',
    'read:reports',
    'read:warehouses',
    'read:revenue',
    'read:cogs',
  ],
  'Warehouse manager': ['read:companies', 'read:inventory', 'read:warehouses', 'write:import'],
  Viewer: ['read:companies', 'read:inventory'],
}

describe('roles', () => {
  it('are the four of the contract', () => {
    expect(roleNames).toEqual(Object.keys(table))
  })

  it.each(Object.keys(table))('%s holds exactly its scopes', (name) => {
    if (!isRole(name)) throw new Error('not a role')
    expect([...roles[name]].sort()).toEqual([...(table[name] ?? [])].sort())
    for (const scope of resourceScopes) {
      expect(roleHolds(name, scope)).toBe(table[name]?.includes(scope))
    }
  })

  it.each(['owner', 'Admin', '', 'toString', '__proto__', 'constructor'])('%j is none', (name) => {
    expect(isRole(name)).toBe(false)
  })
})

describe('permittedScopes', () => {
  const memberships = fc.array(
    fc.record({ companyId: fc.string(), role: fc.constantFrom(...roleNames) }),
  )

  it('gives a person without a company nothing', () => {
    expect(permittedScopes([])).toEqual([])
  })

  it('joins what the roles of several companies hold, each scope once, in catalogue order', () => {
    const joined = permittedScopes([
      { companyId: 'a', role: 'Viewer' },
      { companyId: 'b', role: 'Warehouse manager' },
      { companyId: 'c', role: 'Viewer' },
    ])
    expect(joined).toEqual(['read:companies', 'read:inventory', 'read:warehouses', 'write:import'])
  })

  it('never holds what no role holds, and never loses what one does', () => {
    fc.assert(
      fc.property(memberships, (all: Membership[]) => {
        const permitted = permittedScopes(all)
        for (const scope of resourceScopes) {
          expect(permitted.includes(scope)).toBe(all.some(({ role }) => roleHolds(role, scope)))
        }
      }),
    )
  })

  it('an analyst and viewer never reads landed costs nor imports', () => {
    const analyst = permittedScopes([
      { companyId: 'a', role: 'Finance analyst' },
      { companyId: 'b', role: 'Viewer' },
    ])
    expect(analyst).not.toContain('read:landed-cost')
    expect(analyst).not.toContain('write:import')
  })
})
