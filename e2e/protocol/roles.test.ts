import { roles } from '@neonpanel/contracts/roles'
import { resourceScopes, scopes } from '@neonpanel/contracts/scopes'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { testStack } from '../harness/stack.ts'
import { contentsOf, scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const everything = resourceScopes.join(' ')
const harborGoods = 'Harbor Goods LLC'
const harborGoodsEu = 'Harbor Goods EU B.V.'
const tallowStudio = 'Tallow Studio'

const readScopes = resourceScopes.filter((scope) => scope.startsWith('read:'))
const analystScopes = readScopes.filter((scope) => scope !== 'read:landed-cost')
const warehouseScopes = ['read:companies', 'read:inventory', 'read:warehouses', 'write:import']
const viewerScopes = ['read:companies', 'read:inventory']

async function companyNames(ids: unknown): Promise<string[]> {
  const companies = await stack.database.prisma.company.findMany({
    where: { id: { in: ids as string[] } },
  })
  return companies.map(({ name }) => name).sort()
}

describe('scopes and roles', () => {
  verifies(
    'contract-3-nine-scopes',
    'the nine scopes have a title, a sentence, a group and a sensitivity',
    () => {
      expect(Object.keys(scopes).sort()).toEqual([
        'read:analytics',
        'read:cogs',
        'read:companies',
        'read:inventory',
        'read:landed-cost',
        'read:reports',
        'read:revenue',
        'read:warehouses',
        'write:import',
      ])
      for (const { title, asks, group, sensitivity } of Object.values(scopes)) {
        expect(title).toMatch(/^[A-Z]/)
        expect(asks).toMatch(/\.$/)
        expect(['inventory', 'finance', 'write']).toContain(group)
        expect(['normal', 'sensitive']).toContain(sensitivity)
      }
    },
  )

  verifies(
    'contract-3-one-role',
    'there are four roles, each with some of the nine scopes',
    async () => {
      expect(Object.keys(roles)).toEqual([
        'Owner',
        'Finance analyst',
        'Warehouse manager',
        'Viewer',
      ])
      const memberships = await stack.database.prisma.membership.findMany()
      const pairs = memberships.map(({ personId, companyId }) => `${personId} ${companyId}`)
      expect(new Set(pairs).size).toBe(pairs.length)
      for (const { role } of memberships) expect(Object.keys(roles)).toContain(role)
    },
  )

  verifies(
    ['contract-3-role-owner', 'contract-3.1-owner'],
    'the owner of both Harbor Goods companies can grant all nine scopes',
    async () => {
      const { access_token, scope } = await tokensFor(stack, { scope: everything })
      const { claims } = contentsOf(access_token)
      expect(scopesOf(claims.scope)).toEqual([...resourceScopes].sort())
      expect(scopesOf(scope)).toEqual([...resourceScopes].sort())
      expect(await companyNames(claims.companies)).toEqual([harborGoodsEu, harborGoods])
    },
  )

  verifies(
    ['contract-3-role-analyst', 'contract-3.1-analyst', 'contract-3-never-beyond-role'],
    'the analyst gets every read scope but landed cost, in Harbor Goods LLC and Tallow Studio',
    async () => {
      const { access_token } = await tokensFor(stack, { person: 'analyst', scope: everything })
      const { claims } = contentsOf(access_token)
      expect(scopesOf(claims.scope)).toEqual([...analystScopes].sort())
      expect(await companyNames(claims.companies)).toEqual([harborGoods, tallowStudio])
    },
  )

  verifies(
    ['contract-3-role-viewer', 'contract-3.1-analyst', 'contract-3-never-beyond-role'],
    'the analyst who selects only Tallow Studio, where they are a viewer, grants what a viewer may',
    async () => {
      const { access_token } = await tokensFor(stack, {
        person: 'analyst',
        scope: everything,
        companies: [tallowStudio],
      })
      const { claims } = contentsOf(access_token)
      expect(scopesOf(claims.scope)).toEqual(viewerScopes)
      expect(await companyNames(claims.companies)).toEqual([tallowStudio])
    },
  )

  verifies(
    ['contract-3-role-warehouse', 'contract-3.1-warehouse'],
    'the warehouse manager of Harbor Goods EU may import and sees no money',
    async () => {
      const { access_token } = await tokensFor(stack, { person: 'warehouse', scope: everything })
      const { claims } = contentsOf(access_token)
      expect(scopesOf(claims.scope)).toEqual(warehouseScopes)
      expect(await companyNames(claims.companies)).toEqual([harborGoodsEu])
    },
  )

  verifies(
    ['contract-3.1-outsider', 'contract-3-nothing-permitted'],
    'a member of no company can grant nothing: the client receives access_denied',
    async () => {
      const { url, state } = oauthClient(stack).authorization({ scope: everything })
      const callback = await createPerson(stack.issuer, 'outsider').authorize(url)
      expect(callback.searchParams.get('error')).toBe('access_denied')
      expect(callback.searchParams.get('state')).toBe(state)
      expect(callback.searchParams.get('iss')).toBe(stack.issuer)
      expect(callback.searchParams.has('code')).toBe(false)
    },
  )

  verifies(
    'contract-3-nothing-permitted',
    'the warehouse manager who is asked for landed cost alone: the client receives access_denied',
    async () => {
      const { url } = oauthClient(stack).authorization({ scope: 'read:landed-cost read:revenue' })
      const callback = await createPerson(stack.issuer, 'warehouse').authorize(url)
      expect(callback.searchParams.get('error')).toBe('access_denied')
    },
  )

  verifies(
    ['contract-3-not-available', 'contract-3-role-warehouse'],
    'the warehouse manager who is asked for companies and landed cost grants companies',
    async () => {
      const scope = 'read:companies read:landed-cost'
      const { access_token } = await tokensFor(stack, { person: 'warehouse', scope })
      expect(contentsOf(access_token).claims.scope).toBe('read:companies')
    },
  )

  verifies(
    ['contract-3.1-admin', 'contract-3-nothing-permitted'],
    'the administrator belongs to no company and can grant no company’s data',
    async () => {
      const { url } = oauthClient(stack).authorization({ scope: everything })
      const callback = await createPerson(stack.issuer, 'admin').authorize(url)
      expect(callback.searchParams.get('error')).toBe('access_denied')
    },
  )

  verifies(
    ['contract-3-never-beyond-role', 'AS-108'],
    'a forged consent form cannot grant what the role does not hold',
    async () => {
      const person = createPerson(stack.issuer, 'warehouse')
      const client = oauthClient(stack)
      const asked = client.authorization({ scope: everything })
      const page = await person.reachConsent(asked.url)
      const form = page.root.querySelector('form button, form input[type=submit]')?.closest('form')
      const [box] = page.root.querySelectorAll('input[type=checkbox]:not([disabled])')
      const field = box?.getAttribute('name') ?? 'scope'
      for (const scope of resourceScopes) {
        form?.insertAdjacentHTML(
          'beforeend',
          `<input type="hidden" name="${field}" value="${scope}">`,
        )
      }
      const { url } = await person.press(page, 'Authorize')
      const { body } = await client.redeem(url.searchParams.get('code') ?? '', asked.verifier)
      expect(scopesOf(contentsOf(body.access_token).claims.scope)).toEqual(warehouseScopes)
    },
  )

  verifies(
    'contract-3-never-beyond-role',
    'a role that shrinks after consent shrinks the next token',
    async () => {
      const { refresh_token, client } = await tokensFor(stack, {
        person: 'warehouse',
        scope: everything,
      })
      const { prisma } = stack.database
      const person = { person: { email: 'warehouse@neonpanel.test' } }
      await prisma.membership.updateMany({ where: person, data: { role: 'Viewer' } })
      const { status, body } = await client.refresh(refresh_token)
      await prisma.membership.updateMany({ where: person, data: { role: 'Warehouse manager' } })
      expect(status).toBe(200)
      expect(scopesOf(contentsOf(body.access_token).claims.scope)).toEqual(viewerScopes)
    },
  )
})
