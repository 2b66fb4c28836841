import type { Scope } from '@neonpanel/contracts/scopes'
import { describe, expect, it } from 'vitest'
import type { AccessToken } from '../access-token.ts'
import { resources } from '../resources/all.ts'
import { itemsChange } from './resource-part.ts'

describe('what changed items are for a client', () => {
  const accessToken: AccessToken = {
    personId: 'person',
    clientId: 'client',
    scopes: new Set<Scope>(['read:companies', 'read:inventory']),
    companies: ['a', 'b'],
    expiresAt: new Date(),
    boundTo: undefined,
  }
  const changed = { companyId: 'a', skus: ['1', 'x/y'], created: false }
  const urisOf = (company: string) => [
    `neonpanel://company/${company}`,
    `neonpanel://company/${company}/item/1`,
    `neonpanel://company/${company}/item/x%2Fy`,
    `neonpanel://company/${company}/item/2`,
    `neonpanel://company/${company}/report/r`,
    `neonpanel://company/${company}/shipment/s`,
  ]
  const eventsFor = (change: Partial<typeof changed>, token = accessToken) =>
    itemsChange(resources, { ...changed, ...change })
      .eventsFor(token, [...urisOf('a'), ...urisOf('b'), 'test://other'])
      .map((event) => ('uri' in event ? event.uri : event.kind))

  it('is an update of those items that the token opens', () => {
    expect(eventsFor({})).toEqual([
      'neonpanel://company/a/item/1',
      'neonpanel://company/a/item/x%2Fy',
    ])
    expect(eventsFor({ companyId: 'c' })).toEqual([])
    expect(eventsFor({}, { ...accessToken, companies: ['b'] })).toEqual([])
  })

  it('is an update of its reports for whoever may read them', () => {
    const scopes = new Set<Scope>(['read:reports'])
    expect(eventsFor({}, { ...accessToken, scopes })).toEqual(['neonpanel://company/a/report/r'])
  })

  it('is a longer list, and another company, when some are new', () => {
    expect(eventsFor({ created: true, skus: ['2'] })).toEqual([
      'neonpanel://company/a',
      'neonpanel://company/a/item/2',
      'resources_list_changed',
    ])
    expect(eventsFor({ created: true }, { ...accessToken, companies: ['b'] })).toEqual([])
  })

  it('goes by the scopes of the company where they differ', () => {
    const companyScopes = new Map([
      ['a', new Set<Scope>(['read:companies'])],
      ['b', new Set<Scope>(['read:inventory'])],
    ])
    expect(eventsFor({}, { ...accessToken, companyScopes })).toEqual([])
  })
})
