import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  identityScopes,
  isReadScope,
  isScope,
  leastUsefulScopes,
  parseScope,
  registrationScope,
  requiredScope,
  resourceScopes,
  scopeGroups,
  scopes,
} from './scopes.ts'

describe('scopes', () => {
  it('are the nine of the contract', () => {
    const names =
      'read:inventory read:analytics read:companies read:reports read:warehouses read:revenue read:cogs read:landed-cost write:import'
    expect([...resourceScopes].sort()).toEqual(names.split(' ').sort())
  })

  it('each has a title of its own, a sentence and a known group', () => {
    const definitions = Object.values(scopes)
    expect(new Set(definitions.map(({ title }) => title)).size).toBe(definitions.length)
    for (const { asks, group } of definitions) {
      expect(asks).toMatch(/^[A-Z].*\.$/)
      expect(scopeGroups).toHaveProperty(group)
    }
  })

  it('only those that write are sensitive', () => {
    for (const scope of resourceScopes) expect(isReadScope(scope)).toBe(scope.startsWith('read:'))
  })

  it('share no name with identity scopes or with registration', () => {
    for (const other of [...identityScopes, registrationScope]) expect(isScope(other)).toBe(false)
  })

  it('a first challenge asks for reading only, and for the required scope', () => {
    expect(leastUsefulScopes).toContain(requiredScope)
    expect(leastUsefulScopes.every(isReadScope)).toBe(true)
  })

  it.each([
    '',
    'read',
    'read:',
    'Read:inventory',
    'read:*',
    'write:inventory',
    'toString',
    '__proto__',
  ])('%j is none', (name) => {
    expect(isScope(name)).toBe(false)
  })
})

describe('parseScope', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['  ', []],
    ['read:cogs', ['read:cogs']],
    [' read:cogs  openid ', ['read:cogs', 'openid']],
    ['openid read:cogs openid', ['openid', 'read:cogs']],
  ])('%j is %j', (value, names) => {
    expect(parseScope(value)).toEqual(names)
  })

  it('splits at spaces only', () => {
    expect(parseScope('read:cogs,read:revenue')).toEqual(['read:cogs,read:revenue'])
  })

  it('undoes joining, for every list of names without repeats', () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[!#-[\]-~]+$/))
    fc.assert(
      fc.property(names, (list) => {
        expect(parseScope(list.join(' '))).toEqual(list)
      }),
    )
  })
})
