import { chatGpt, localClient, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { findControl, type Page } from '@neonpanel/testing-kit/person/page'
import { createPerson, type Person } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { testStack } from '../harness/stack.ts'
import { contentsOf, scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'
import { attacksOn } from './attack.ts'
import { postTampered } from './tampered-form.ts'

const stack = await testStack()
const attack = attacksOn(stack)
const client = oauthClient(stack, localClient)
const ask = (scope = 'read:companies read:inventory') => client.authorization({ scope })

describe('consent that was tampered with', () => {
  const grantOf = (person: Person, page: Page, change: (fields: URLSearchParams) => void) =>
    postTampered(person, page, 'Authorize', change)
  /** Follows the answer to the client and redeems the code. */
  const redeemAfter = async (person: Person, location: string, verifier: string) => {
    const back = await person.open(new URL(location, stack.issuer))
    return client.redeem(back.url.searchParams.get('code') ?? '', verifier)
  }

  verifies(
    ['AS-108', 'attack-fails'],
    'scopes that were not asked for are not granted, however they are posted',
    attack(async (strike) => {
      const person = createPerson(stack.issuer)
      const { url, verifier } = ask('read:inventory')
      const page = await person.reachConsent(url)
      const answer = await strike(
        grantOf(person, page, (fields) => {
          for (const scope of [
            'read:inventory',
            'write:import',
            'read:cogs',
            'dcr.create',
            'admin',
          ])
            fields.append('scope', scope)
        }),
      )
      const { body } = await redeemAfter(person, answer.headers.get('location') ?? '', verifier)
      expect(scopesOf(body.scope)).toEqual(['read:companies', 'read:inventory'])
    }),
  )

  verifies(
    ['AS-108', 'attack-fails'],
    'scopes that the role does not hold are not granted, though they were asked for',
    attack(async (strike) => {
      const person = createPerson(stack.issuer, 'warehouse')
      const { url, verifier } = ask('read:inventory read:cogs read:revenue')
      const page = await person.reachConsent(url)
      const answer = await strike(
        grantOf(person, page, (fields) => {
          for (const scope of ['read:inventory', 'read:cogs', 'read:revenue'])
            fields.append('scope', scope)
        }),
      )
      const { body } = await redeemAfter(person, answer.headers.get('location') ?? '', verifier)
      expect(scopesOf(body.scope)).toEqual(['read:companies', 'read:inventory'])
    }),
  )

  verifies(
    ['AS-108', 'attack-fails'],
    'companies of others are not granted',
    attack(async (strike) => {
      const others = await stack.database.prisma.company.findMany()
      const person = createPerson(stack.issuer, 'warehouse')
      const { url, verifier } = ask()
      const page = await person.reachConsent(url)
      const answer = await strike(
        grantOf(person, page, (fields) => {
          fields.set('companies', 'selected')
          for (const { id } of others) fields.append('company', id)
          fields.append('company', '*')
        }),
      )
      const { body } = await redeemAfter(person, answer.headers.get('location') ?? '', verifier)
      const { claims } = contentsOf(body.access_token)
      expect(others.length).toBeGreaterThan(1)
      expect(claims.companies).toHaveLength(1)
    }),
  )

  verifies(
    ['AS-108', 'attack-fails'],
    'only companies of others is no consent at all',
    attack(async (strike) => {
      const person = createPerson(stack.issuer, 'warehouse')
      const page = await person.reachConsent(ask().url)
      const answer = await strike(
        grantOf(person, page, (fields) => {
          fields.set('companies', 'selected')
          fields.delete('company')
          fields.append('company', 'tallow-studio')
        }),
      )
      expect(answer.status).toBe(422)
      expect(answer.headers.get('location')).toBeNull()
    }),
  )

  verifies(
    ['AS-41', 'attack-fails'],
    'the form names neither the person nor the grant nor the client',
    attack(async (strike) => {
      const person = createPerson(stack.issuer, 'warehouse')
      const { url, verifier } = ask()
      const page = await person.reachConsent(url)
      const grants = await stack.database.prisma.grant.findMany()
      const answer = await strike(
        grantOf(person, page, (fields) => {
          fields.set('grantId', grants[0]?.id ?? '')
          fields.set('grant_id', grants[0]?.id ?? '')
          fields.set('accountId', 'owner')
          fields.set('client_id', chatGpt.clientId)
          fields.set('__proto__', 'x')
          fields.set('constructor[prototype][isAdmin]', '1')
        }),
      )
      const { body } = await redeemAfter(person, answer.headers.get('location') ?? '', verifier)
      const { claims } = contentsOf(body.access_token)
      expect(grants.map(({ id }) => id)).not.toContain(claims.grant_id)
      expect(claims.client_id).toBe(localClient.clientId)
      expect({}).not.toHaveProperty('isAdmin')
    }),
  )

  verifies(
    ['AS-61', 'attack-fails'],
    'a consent that was posted once is not posted again',
    attack(async (strike) => {
      const person = createPerson(stack.issuer)
      const page = await person.reachConsent(ask().url)
      const first = await postTampered(person, page, 'Authorize')
      await person.open(new URL(first.headers.get('location') ?? '', stack.issuer))
      const again = await strike(postTampered(person, page, 'Authorize'))
      expect(again.status).toBe(400)
      expect(again.headers.get('location')).toBeNull()
    }),
  )

  verifies(
    ['AS-41', 'attack-fails'],
    'nobody consents for a person who has not signed in, or was suspended meanwhile',
    attack(async (strike) => {
      const person = createPerson(stack.issuer, 'analyst')
      const signIn = await person.open(ask().url)
      const early = await strike(
        postTampered(person, signIn, 'Sign in', (fields) => {
          fields.set('step', 'consent')
          fields.set('decision', 'authorize')
          fields.append('scope', 'read:inventory')
        }),
      )
      expect(early.status).toBe(422)
      const consent = await person.signIn(signIn)
      const { prisma } = stack.database
      const where = { email: person.email }
      await prisma.person.update({ where, data: { suspendedAt: new Date() } })
      const late = await strike(postTampered(person, consent, 'Authorize'))
      await prisma.person.update({ where, data: { suspendedAt: null } })
      expect(late.headers.get('location')).toBeNull()
      expect(findControl(consent, 'button', 'Authorize')).toBeDefined()
    }),
  )
})
