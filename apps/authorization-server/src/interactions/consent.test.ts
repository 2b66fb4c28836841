import { permittedScopes, type Role, roleNames } from '@neonpanel/contracts/roles'
import { isReadScope, requiredScope, resourceScopes, type Scope } from '@neonpanel/contracts/scopes'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Companies,
  type ConsentChoice,
  type ConsentRequest,
  decideConsent,
  isAnythingPermitted,
  requestedScopes,
  viewConsent,
} from './consent.ts'

const companyIds = ['co_1', 'co_2', 'co_3', 'co_foreign']

const member = (companyId: string, role: Role) => ({ companyId, companyName: companyId, role })

const requestOf = (changes: Partial<ConsentRequest> = {}): ConsentRequest => ({
  scopes: resourceScopes,
  identityScopes: [],
  memberships: [member('co_1', 'Owner')],
  trusted: true,
  mustConfirmStart: false,
  ...changes,
})

const choiceOf = (changes: Partial<ConsentChoice> = {}): ConsentChoice => ({
  scopes: new Set(resourceScopes),
  companies: { all: true },
  startedByMe: false,
  ...changes,
})

const rowsOf = (request: ConsentRequest, ticked?: ReadonlySet<string>) =>
  viewConsent(request, ticked).groups.flatMap(({ rows }) => rows)

const anyCompanies: fc.Arbitrary<Companies> = fc.oneof(
  fc.constant({ all: true } as const),
  fc.subarray(companyIds).map((ids) => ({ all: false, ids }) as const),
)
const anyMemberships = fc
  .uniqueArray(fc.tuple(fc.constantFrom('co_1', 'co_2', 'co_3'), fc.constantFrom(...roleNames)), {
    selector: ([companyId]) => companyId,
  })
  .map((pairs) => pairs.map(([companyId, role]) => member(companyId, role)))
const anyRequest: fc.Arbitrary<ConsentRequest> = fc
  .record({
    asked: fc.subarray([...resourceScopes, 'openid', 'offline_access', 'dcr.create', 'admin']),
    memberships: anyMemberships,
    trusted: fc.boolean(),
    mustConfirmStart: fc.boolean(),
  })
  .map(({ asked, ...rest }) => ({ ...requestedScopes(asked.join(' ')), ...rest }))
const anyChoice: fc.Arbitrary<ConsentChoice> = fc.record({
  scopes: fc
    .subarray([...resourceScopes, 'dcr.create', 'openid', 'constructor'])
    .map((names) => new Set<string>(names)),
  companies: anyCompanies,
  startedByMe: fc.boolean(),
})

describe('what was requested', () => {
  it('adds read:companies to any resource scope', () => {
    expect(requestedScopes('read:cogs').scopes).toEqual(['read:companies', 'read:cogs'])
  })

  it.each(['', 'openid email', 'dcr.create', 'READ:COGS'])(
    'has no resource scope in %j',
    (scope) => {
      expect(requestedScopes(scope).scopes).toEqual([])
    },
  )

  it('tells identity scopes apart', () => {
    expect(requestedScopes('offline_access openid nope read:cogs').identityScopes).toEqual([
      'openid',
      'offline_access',
    ])
  })
})

describe('the consent page', () => {
  it('ticks the read scopes of a trusted client and never a write scope', () => {
    const ticked = rowsOf(requestOf()).filter((row) => row.ticked)
    expect(ticked.map(({ scope }) => scope)).toEqual(resourceScopes.filter(isReadScope))
  })

  it('ticks nothing but what is required for any other client', () => {
    const ticked = rowsOf(requestOf({ trusted: false })).filter((row) => row.ticked)
    expect(ticked.map(({ scope }) => scope)).toEqual([requiredScope])
  })

  it('says which role stands in the way, and who can change it', () => {
    const memberships = [member('co_1', 'Finance analyst'), member('co_2', 'Viewer')]
    const row = rowsOf(requestOf({ memberships })).find(({ scope }) => scope === 'read:landed-cost')
    expect(row).toEqual({
      scope: 'read:landed-cost',
      state: 'denied',
      ticked: false,
      reason:
        'Your roles, Finance analyst and Viewer, can’t read landed costs. An owner can change this.',
    })
  })

  it('keeps what the person had ticked when it is shown again', () => {
    const ticked = rowsOf(requestOf(), new Set(['write:import'])).filter((row) => row.ticked)
    expect(ticked.map(({ scope }) => scope)).toEqual([requiredScope, 'write:import'])
  })

  it('asks only for what is new in a step-up, and judges it by the companies granted before', () => {
    const earlier = {
      id: 'grant_1',
      scopes: ['read:companies', 'read:inventory'] as Scope[],
      companies: { all: false, ids: ['co_2'] } as const,
      since: new Date(0),
    }
    const memberships = [member('co_1', 'Owner'), member('co_2', 'Viewer')]
    const scopes = ['read:companies', 'read:inventory', 'read:cogs'] as Scope[]
    const rows = rowsOf(requestOf({ scopes, memberships, earlier }))
    expect(rows.map(({ scope, state }) => [scope, state])).toEqual([['read:cogs', 'denied']])
  })

  it('never ticks what is not permitted, whatever was posted before', () => {
    fc.assert(
      fc.property(anyRequest, anyChoice, (request, choice) => {
        for (const row of rowsOf(request, choice.scopes)) {
          if (row.state === 'denied') expect(row.ticked).toBe(false)
        }
      }),
    )
  })
})

describe('the grant', () => {
  it('is requested and ticked and permitted in the consented companies', () => {
    fc.assert(
      fc.property(anyRequest, anyChoice, (request, choice) => {
        const decision = decideConsent(request, choice)
        if (!decision.ok) return
        const { companies } = decision
        const inside = request.memberships.filter(
          ({ companyId }) => companies.all || companies.ids.includes(companyId),
        )
        for (const scope of decision.granted) {
          expect(request.scopes).toContain(scope)
          expect(permittedScopes(inside)).toContain(scope)
          expect(scope === requiredScope || choice.scopes.has(scope)).toBe(true)
        }
        expect([...decision.granted, ...decision.refused].toSorted()).toEqual(
          request.scopes.toSorted(),
        )
      }),
    )
  })

  it('names only companies of the person', () => {
    fc.assert(
      fc.property(anyRequest, anyChoice, (request, choice) => {
        const decision = decideConsent(request, choice)
        if (!decision.ok || decision.companies.all) return
        const own = request.memberships.map(({ companyId }) => companyId)
        expect(own).toEqual(expect.arrayContaining([...decision.companies.ids]))
      }),
    )
  })

  it('leaves out a scope that only another company permits', () => {
    const memberships = [member('co_1', 'Owner'), member('co_2', 'Viewer')]
    const decision = decideConsent(
      requestOf({ memberships }),
      choiceOf({ companies: { all: false, ids: ['co_2'] } }),
    )
    expect(decision).toMatchObject({ ok: true, granted: ['read:companies', 'read:inventory'] })
  })

  it.each<[string, Partial<ConsentRequest>, Partial<ConsentChoice>, string]>([
    ['without a company', {}, { companies: { all: false, ids: [] } }, 'no_company'],
    [
      'for a company of somebody else',
      {},
      { companies: { all: false, ids: ['co_foreign'] } },
      'no_company',
    ],
    ['for a member of no company', { memberships: [] }, {}, 'no_company'],
    [
      'without the word of the person that they started it',
      { mustConfirmStart: true },
      {},
      'not_confirmed',
    ],
  ])('is refused %s', (_, request, choice, reason) => {
    expect(decideConsent(requestOf(request), choiceOf(choice))).toEqual({ ok: false, reason })
  })

  it('names no company where no resource scope was asked for', () => {
    const request = requestOf({ scopes: [], identityScopes: ['openid'], memberships: [] })
    expect(decideConsent(request, choiceOf())).toEqual({
      ok: true,
      granted: [],
      refused: [],
      companies: { all: false, ids: [] },
    })
  })

  it('of a step-up is the union, in the companies granted before', () => {
    const earlier = {
      id: 'grant_1',
      scopes: ['read:companies', 'read:inventory'] as Scope[],
      companies: { all: false, ids: ['co_1'] } as const,
      since: new Date(0),
    }
    const scopes = ['read:companies', 'read:cogs', 'write:import'] as Scope[]
    const decision = decideConsent(
      requestOf({
        scopes,
        earlier,
        memberships: [member('co_1', 'Owner'), member('co_2', 'Owner')],
      }),
      choiceOf({ scopes: new Set(['write:import']) }),
    )
    expect(decision).toEqual({
      ok: true,
      granted: ['read:companies', 'read:inventory', 'write:import'],
      refused: ['read:cogs'],
      companies: { all: false, ids: ['co_1'] },
    })
  })
})

describe('nothing to say yes to', () => {
  it.each<[string, Partial<ConsentRequest>, boolean]>([
    ['a member of no company', { memberships: [] }, false],
    [
      'a member of no company, with identity beside it',
      { memberships: [], identityScopes: ['openid'] },
      false,
    ],
    ['no scope at all', { scopes: [] }, false],
    ['identity only', { scopes: [], identityScopes: ['openid'], memberships: [] }, true],
    ['a viewer', { memberships: [member('co_1', 'Viewer')] }, true],
    [
      'a viewer who is asked for costs alone',
      {
        scopes: ['read:companies', 'read:cogs'],
        impliedScope: 'read:companies',
        memberships: [member('co_1', 'Viewer')],
      },
      false,
    ],
    [
      'a viewer who is asked for companies and costs',
      { scopes: ['read:companies', 'read:cogs'], memberships: [member('co_1', 'Viewer')] },
      true,
    ],
  ])('%s', (_, request, expected) => {
    expect(isAnythingPermitted(requestOf(request))).toBe(expected)
  })
})
