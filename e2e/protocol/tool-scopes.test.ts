import { resourceScopes } from '@neonpanel/contracts/scopes'
import { describe, expect } from 'vitest'
import { parseChallenge } from '../harness/challenge.ts'
import { tokensFor } from '../harness/grant.ts'
import { callTool, openSession, rpc } from '../harness/mcp.ts'
import { claude, oauthClient } from '../harness/oauth-client.ts'
import { testStack } from '../harness/stack.ts'
import { scopesOf } from '../harness/token-contents.ts'
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
