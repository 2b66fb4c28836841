import { resourceScopes, type Scope } from '@neonpanel/contracts/scopes'
import { type ToolName, toolNames, toolScopes } from '@neonpanel/contracts/tool-catalogue'
import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { claude, oauthClient } from '@neonpanel/testing-kit/client/oauth-client'
import { describe, expect } from 'vitest'
import { parseChallenge } from '../harness/challenge.ts'
import { callTool, modernCall, openSession, rpc } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { scopesOf } from '../harness/token-contents.ts'
import { list } from '../harness/tools.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const everything = await tokensFor(stack, { scope: resourceScopes.join(' ') })

/** A token of the same grant without some of its scopes (RFC 6749 section 6). */
async function tokenWithout(missing: readonly string[]): Promise<string> {
  const scope = resourceScopes.filter((one) => !missing.includes(one)).join(' ')
  const { body } = await everything.client.refresh(refreshToken, { scope })
  refreshToken = body.refresh_token ?? ''
  for (const one of missing) expect(scopesOf(body.scope)).not.toContain(one)
  return body.access_token
}
let refreshToken = everything.refresh_token

/** Exactly one 403 with every scope that the call needs, before anything of it runs. */
async function expectRefusal(tool: string, scopes: readonly string[]) {
  for (const scope of scopes) {
    const { status, headers, text } = await callTool(
      stack.mcpUrl,
      await tokenWithout([scope]),
      tool,
    )
    expect(status, `${tool} without ${scope}`).toBe(403)
    const { scheme, parameters } = parseChallenge(headers)
    expect(scheme).toBe('Bearer')
    expect(parameters).toMatchObject({
      error: 'insufficient_scope',
      resource_metadata: `${new URL(stack.mcpUrl).origin}/.well-known/oauth-protected-resource/mcp`,
    })
    expect(scopesOf(parameters.scope)).toEqual([...scopes].sort())
    expect(text).not.toContain('structuredContent')
  }
}

describe('a tool call without its scope is 403 with what it needs', () => {
  verifies(
    ['contract-5-tool-search', 'contract-5-403', 'RS-15'],
    'search needs read:inventory',
    () => expectRefusal('search', ['read:inventory']),
  )
  verifies(['contract-5-tool-fetch', 'contract-5-403'], 'fetch needs read:inventory', () =>
    expectRefusal('fetch', ['read:inventory']),
  )
  verifies(
    ['contract-5-tool-list-companies', 'contract-5-403'],
    'list_companies needs read:companies',
    () => expectRefusal('list_companies', ['read:companies']),
  )
  verifies(
    ['contract-5-tool-list-warehouses', 'contract-5-403'],
    'list_warehouses needs read:warehouses',
    () => expectRefusal('list_warehouses', ['read:warehouses']),
  )
  verifies(
    ['contract-5-tool-get-inventory-items', 'contract-5-403'],
    'get_inventory_items needs read:inventory',
    () => expectRefusal('get_inventory_items', ['read:inventory']),
  )
  verifies(
    ['contract-5-tool-get-item-cogs', 'contract-5-403'],
    'get_item_cogs needs read:cogs',
    () => expectRefusal('get_item_cogs', ['read:cogs']),
  )
  verifies(
    ['contract-5-tool-get-item-landed-cost', 'contract-5-403'],
    'get_item_landed_cost needs read:landed-cost',
    () => expectRefusal('get_item_landed_cost', ['read:landed-cost']),
  )
  verifies(
    ['contract-5-tool-get-revenue-and-cogs', 'contract-5-403', 'RS-16'],
    'get_revenue_and_cogs needs read:revenue and read:cogs, both in one challenge whichever is missing',
    () => expectRefusal('get_revenue_and_cogs', ['read:revenue', 'read:cogs']),
  )
  verifies(
    ['contract-5-tool-get-analytics', 'contract-5-403'],
    'get_analytics needs read:analytics',
    () => expectRefusal('get_analytics', ['read:analytics']),
  )
  verifies(
    ['contract-5-tool-reports', 'contract-5-403'],
    'list_reports and get_report need read:reports',
    async () => {
      await expectRefusal('list_reports', ['read:reports'])
      await expectRefusal('get_report', ['read:reports'])
    },
  )
  verifies(
    ['contract-5-tool-import-items', 'contract-5-403'],
    'import_items needs write:import',
    () => expectRefusal('import_items', ['write:import']),
  )
})

/** A token without exactly this scope: what needs it is refused, and everything else is not. */
async function expectGuard(scope: Scope, guarded: readonly ToolName[]) {
  const token = await tokenWithout([scope])
  for (const name of toolNames) {
    const { status, headers } = await callTool(stack.mcpUrl, token, name, {})
    const needs = guarded.includes(name)
    expect(status, `${name} without ${scope}`).toBe(needs ? 403 : 200)
    if (!needs) continue
    expect(headers.getSetCookie()).toEqual([])
    expect(parseChallenge(headers).parameters).toMatchObject({
      error: 'insufficient_scope',
      scope: toolScopes[name].join(' '),
      resource_metadata: `${new URL(stack.mcpUrl).origin}/.well-known/oauth-protected-resource/mcp`,
    })
  }
}

describe('each of the nine scopes guards its tools and no others', () => {
  verifies(['contract-5-403', 'RS-15'], 'read:companies', () =>
    expectGuard('read:companies', ['list_companies']),
  )
  verifies(['contract-5-403', 'RS-15'], 'read:inventory', () =>
    expectGuard('read:inventory', ['search', 'fetch', 'get_inventory_items']),
  )
  verifies(['contract-5-403', 'RS-15'], 'read:warehouses', () =>
    expectGuard('read:warehouses', ['list_warehouses']),
  )
  verifies(['contract-5-403', 'RS-15'], 'read:analytics', () =>
    expectGuard('read:analytics', ['get_analytics']),
  )
  verifies(['contract-5-403', 'RS-15', 'RS-16'], 'read:revenue', () =>
    expectGuard('read:revenue', ['get_revenue_and_cogs']),
  )
  verifies(['contract-5-403', 'RS-15', 'RS-16'], 'read:cogs', () =>
    expectGuard('read:cogs', ['get_item_cogs', 'get_revenue_and_cogs']),
  )
  verifies(['contract-5-403', 'RS-15'], 'read:landed-cost', () =>
    expectGuard('read:landed-cost', ['get_item_landed_cost']),
  )
  verifies(['contract-5-403', 'RS-15'], 'read:reports', () =>
    expectGuard('read:reports', ['list_reports', 'get_report']),
  )
  verifies(['contract-5-403', 'RS-15'], 'write:import', () =>
    expectGuard('write:import', ['import_items']),
  )
})

describe('tools/list', () => {
  verifies(
    ['RS-94', 'RS-99', 'RS-61'],
    'is the same for a token with one scope, and names for each tool the scopes that are enforced',
    async () => {
      const one = await tokensFor(stack, { scope: 'read:companies' })
      const narrow = await modernCall(stack.mcpUrl, one.access_token, 'tools/list')
      const wide = await modernCall(stack.mcpUrl, await tokenWithout([]), 'tools/list')
      expect(narrow.rpc.result).toEqual(wide.rpc.result)
      for (const tool of list(narrow.rpc.result?.tools)) {
        const schemes = tool.securitySchemes as { type: string; scopes: string[] }[]
        expect(tool._meta).toMatchObject({ securitySchemes: schemes })
        expect(schemes.map(({ type }) => type)).toEqual(['oauth2'])
        const { status, headers } = await callTool(
          stack.mcpUrl,
          one.access_token,
          String(tool.name),
        )
        if (tool.name === 'list_companies') {
          expect(status).toBe(200)
        } else {
          expect(status, String(tool.name)).toBe(403)
          expect(parseChallenge(headers).parameters.scope).toBe(schemes[0]?.scopes.join(' '))
        }
      }
    },
  )
})

describe('scopes of a call', () => {
  verifies(['contract-5-403', 'RS-15'], 'are checked in sessions of 2025 as well', async () => {
    const narrow = await tokenWithout(['read:cogs'])
    const session = await openSession(stack.mcpUrl, narrow, '2025-11-25')
    const call = rpc('tools/call', { name: 'get_item_cogs', arguments: { item_id: 'x' } })
    const { status, headers } = await session.request(call)
    expect(status).toBe(403)
    expect(parseChallenge(headers).parameters.scope).toBe('read:cogs')
  })

  verifies('RS-15', 'are those of the token, not of the grant or the session', async () => {
    const narrow = await tokenWithout(['read:reports'])
    const wide = await tokenWithout([])
    expect((await callTool(stack.mcpUrl, narrow, 'list_reports')).status).toBe(403)
    expect((await callTool(stack.mcpUrl, wide, 'list_reports')).status).toBe(200)
  })

  verifies('RS-17', 'contain one another in nothing: writing opens no reading', async () => {
    const writer = await tokenWithout(resourceScopes.filter((scope) => scope !== 'write:import'))
    expect((await callTool(stack.mcpUrl, writer, 'get_inventory_items')).status).toBe(403)
    const reader = await tokenWithout(['write:import'])
    expect((await callTool(stack.mcpUrl, reader, 'import_items')).status).toBe(403)
  })

  verifies(
    'RS-18',
    'can be stepped up to: the challenge’s scopes are asked for, granted, and enough',
    async () => {
      const first = await tokensFor(stack, { client: claude, scope: 'read:inventory' })
      const refused = await callTool(stack.mcpUrl, first.access_token, 'get_revenue_and_cogs')
      expect(refused.status).toBe(403)
      const { scope } = parseChallenge(refused.headers).parameters
      const asked = oauthClient(stack, claude).authorization({ scope: `${first.scope} ${scope}` })
      const callback = await first.person.authorize(asked.url)
      const second = await first.client.redeem(
        callback.searchParams.get('code') ?? '',
        asked.verifier,
      )
      const allowed = await callTool(stack.mcpUrl, second.body.access_token, 'get_revenue_and_cogs')
      expect(allowed.status).toBe(200)
    },
  )
})
