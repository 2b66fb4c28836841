import { challengedScopeParameter } from '@neonpanel/contracts/challenged-scope'
import { requiredScope, resourceScopes, type Scope } from '@neonpanel/contracts/scopes'
import { type ToolName, toolNames, toolScopes } from '@neonpanel/contracts/tool-catalogue'
import { type GrantWish, tokensFor } from '@neonpanel/testing-kit/client/grant'
import { basic, postForm } from '@neonpanel/testing-kit/client/http'
import { type ClientIdentity, chatGpt, register } from '@neonpanel/testing-kit/client/oauth-client'
import { textOf } from '@neonpanel/testing-kit/person/page'
import { createPerson } from '@neonpanel/testing-kit/person/people'
import { describe, expect } from 'vitest'
import { parseChallenge } from '../harness/challenge.ts'
import { passTime } from '../harness/clock.ts'
import { callTool } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { contentsOf, scopesOf } from '../harness/token-contents.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack({ REGISTRATION_MODE: 'open' })
const redirectUri = 'https://app.example/callback'

/** A client that nobody vouches for and nobody has authorized. */
async function newClient(): Promise<ClientIdentity> {
  const { status, body } = await register(stack, {
    client_name: 'App',
    redirect_uris: [redirectUri],
    token_endpoint_auth_method: 'none',
  })
  expect(status).toBe(201)
  return { clientId: body.client_id, redirectUri }
}

/** What a person who ticks all that is offered gives to a client that asks for these scopes. */
async function authorized(wish: Omit<GrantWish, 'scope'>, scopes: readonly Scope[]) {
  const { access_token: token, scope } = await tokensFor(stack, {
    ...wish,
    scope: scopes.join(' '),
  })
  expect(contentsOf(token).claims.scope).toBe(scope)
  return { token, scopes: scopesOf(scope) }
}

/** The scopes of the challenge that a tool call is refused with. */
async function refused(token: string, tool: ToolName): Promise<Scope[]> {
  const { status, headers } = await callTool(stack.mcpUrl, token, tool)
  expect(status, tool).toBe(403)
  const { error, scope } = parseChallenge(headers).parameters
  expect(error).toBe('insufficient_scope')
  expect(scope).toBe(toolScopes[tool].join(' '))
  return scopesOf(scope) as Scope[]
}

const withCompanies = (...scopes: readonly Scope[]) =>
  [...new Set([requiredScope, ...scopes])].sort()

const allBut = (scope: Scope) => resourceScopes.filter((one) => one !== scope)

describe('a client that authorizes again with other scopes, without a call that lacked them', () => {
  verifies(['AS-108', 'RS-18'], 'gets exactly what each request asks for', async () => {
    for (const client of [chatGpt, await newClient()]) {
      const wish = { person: createPerson(stack.issuer), client }
      for (const scopes of [
        ['read:inventory'],
        ['read:warehouses'],
        allBut('read:inventory'),
        allBut('read:analytics'),
        ['read:cogs', 'read:reports'],
      ] as Scope[][]) {
        expect((await authorized(wish, scopes)).scopes).toEqual(withCompanies(...scopes))
      }
    }
  })
})

describe('each of the nine scopes left out in turn, by one client and person', () => {
  for (const kind of ['a pre-registered client', 'a client that registered itself'] as const) {
    verifies(
      ['AS-108', 'RS-15', 'contract-5-403', 'contract-3-companies-required'],
      `${kind} lacks exactly that, also after the call that needs it was refused`,
      async () => {
        const client = kind === 'a pre-registered client' ? chatGpt : await newClient()
        const person = createPerson(stack.issuer)
        for (const scope of resourceScopes) {
          const { token, scopes } = await authorized({ person, client }, allBut(scope))
          expect(scopes, `all but ${scope}`).toEqual(withCompanies(...allBut(scope)))
          for (const tool of toolNames) {
            const needs: readonly Scope[] = toolScopes[tool]
            if (!needs.every((one) => scopes.includes(one))) await refused(token, tool)
          }
        }
      },
    )
  }
})

describe('a client whose call was refused', () => {
  verifies(
    'RS-18',
    'keeps what it was granted when it asks for the scopes of the challenge alone, once',
    async () => {
      const person = createPerson(stack.issuer)
      const client = await newClient()
      const first = await authorized({ person, client }, ['read:inventory'])
      const challenged = await refused(first.token, 'get_revenue_and_cogs')
      const second = await authorized({ person, client }, challenged)
      expect(second.scopes).toEqual(withCompanies('read:cogs', 'read:inventory', 'read:revenue'))
      for (const tool of ['get_revenue_and_cogs', 'get_inventory_items'] as const) {
        expect((await callTool(stack.mcpUrl, second.token, tool)).status).toBe(200)
      }
      const third = await authorized({ person, client }, challenged)
      expect(third.scopes).toEqual(withCompanies(...challenged))
    },
  )

  verifies(
    ['RS-18', 'AS-108'],
    'gets what it asks for when it asks for more or less than that',
    async () => {
      for (const scopes of [
        ['read:cogs'],
        ['read:cogs', 'read:revenue', 'read:reports'],
        ['read:inventory', 'read:cogs', 'read:revenue'],
      ] as Scope[][]) {
        const person = createPerson(stack.issuer)
        const client = await newClient()
        const first = await authorized({ person, client }, ['read:inventory', 'read:warehouses'])
        await refused(first.token, 'get_revenue_and_cogs')
        expect((await authorized({ person, client }, scopes)).scopes).toEqual(
          withCompanies(...scopes),
        )
      }
    },
  )

  verifies(
    'RS-18',
    'and asks for it with all that it holds is shown what is new and what is kept',
    async () => {
      const person = createPerson(stack.issuer)
      const client = await newClient()
      const first = await tokensFor(stack, {
        person,
        client,
        scope: 'read:inventory read:cogs',
        scopes: ['read:inventory'],
      })
      await refused(first.access_token, 'get_item_cogs')
      const { url, verifier } = first.client.authorization({ scope: 'read:inventory read:cogs' })
      const page = await person.reachConsent(url)
      expect(textOf(page)).toContain('asks for 1 more permission')
      expect(textOf(page)).toContain('Already granted, 2 permissions')
      const { url: callback } = await person.decide(page)
      const { body } = await first.client.redeem(callback.searchParams.get('code') ?? '', verifier)
      expect(scopesOf(body.scope)).toEqual(withCompanies('read:cogs', 'read:inventory'))
    },
  )

  verifies(
    ['RS-18', 'AS-108'],
    'makes no step-up of the request of another client, of another person or of a quarter of an hour later',
    async () => {
      const [client, other] = [await newClient(), await newClient()]
      const [owner, analyst] = [createPerson(stack.issuer), createPerson(stack.issuer, 'analyst')]
      const held: Scope[] = ['read:inventory']
      for (const wish of [
        { person: owner, client: other },
        { person: analyst, client },
      ]) {
        await authorized(wish, held)
      }
      const { token } = await authorized({ person: owner, client }, held)
      const challenged = await refused(token, 'get_item_cogs')
      for (const wish of [
        { person: owner, client: other },
        { person: analyst, client },
      ]) {
        expect((await authorized(wish, challenged)).scopes).toEqual(withCompanies(...challenged))
      }
      passTime(15 * 60)
      expect((await authorized({ person: owner, client }, challenged)).scopes).toEqual(
        withCompanies(...challenged),
      )
    },
  )

  verifies(
    ['AS-159', 'AS-108'],
    'cannot say so itself: only the resource server’s own introspection does',
    async () => {
      const person = createPerson(stack.issuer)
      const client = await newClient()
      const first = await tokensFor(stack, { person, client, scope: 'read:inventory' })
      const parameters = { [challengedScopeParameter]: 'read:cogs' }
      const { body } = await first.client.introspect(first.access_token, parameters)
      expect(body.active).toBe(true)
      const forged = await postForm(
        `${stack.issuer}/oauth2/introspect`,
        { token: first.access_token, ...parameters },
        basic('mcp-resource-server', 'guessed'),
      )
      expect(forged.status).toBe(401)
      expect((await authorized({ person, client }, ['read:cogs'])).scopes).toEqual(
        withCompanies('read:cogs'),
      )
    },
  )
})
