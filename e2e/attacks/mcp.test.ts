import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer, send } from '@neonpanel/testing-kit/client/http'
import { describe, expect } from 'vitest'
import { openEventStream } from '../harness/event-stream.ts'
import {
  callTool,
  initializeMessage,
  mcpRequest,
  modernCall,
  modernMessage,
  openSession,
  rpc,
} from '../harness/mcp.ts'
import { rawRequest } from '../harness/raw-http.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'
import { attacksOn } from './attack.ts'

const stack = await testStack()
const url = stack.mcpUrl
const owner = await tokensFor(stack)
const analyst = await tokensFor(stack, { person: 'analyst' })
const importer = await tokensFor(stack, {
  person: 'warehouse',
  scope: 'read:companies read:inventory write:import',
})
const attack = attacksOn(stack, {
  'the owner’s token': owner.access_token,
  'the importer’s token': importer.access_token,
})
const cogs = (id: number) =>
  rpc('tools/call', { name: 'get_item_cogs', arguments: { item_id: 'x', period: 'month' } }, id)

describe('sessions of others', () => {
  verifies(
    ['RS-46', 'attack-fails'],
    'a session id opens nothing for another person: no call, no stream, no end',
    attack(async (strike) => {
      const session = await openSession(url, owner.access_token, '2025-11-25')
      const headers = { ...session.headers, ...bearer(analyst.access_token) }
      for (const answer of [
        mcpRequest(url, rpc('tools/list'), headers),
        mcpRequest(url, undefined, { ...headers, accept: 'text/event-stream' }, 'GET'),
        mcpRequest(url, undefined, headers, 'DELETE'),
      ]) {
        expect((await strike(answer)).status).toBe(404)
      }
      expect((await session.request(rpc('tools/list'))).status).toBe(200)
    }),
  )

  verifies(
    ['RS-46', 'attack-fails'],
    'a session id that is guessed, changed or somebody’s idea of one is unknown',
    attack(async (strike) => {
      const { sessionId } = await openSession(url, owner.access_token, '2025-11-25')
      for (const id of [
        `${sessionId.slice(0, -2)}xx`,
        sessionId.toUpperCase(),
        '1',
        '../../x',
        '__proto__',
        'constructor',
        'x'.repeat(5_000),
        'a.b.c',
        `${sessionId}, ${sessionId}`,
      ]) {
        const headers = { ...bearer(owner.access_token), 'mcp-session-id': id }
        const answer = await strike(mcpRequest(url, rpc('tools/list'), headers))
        expect([400, 404], id.slice(0, 40)).toContain(answer.status)
      }
    }),
  )

  verifies(
    ['RS-86', 'attack-fails'],
    'nobody posts into the legacy stream of another person',
    attack(async (strike) => {
      const stream = await openEventStream(url, bearer(owner.access_token))
      const endpoint = new URL((await stream.next()).data, url).href
      for (const headers of [bearer(analyst.access_token), bearer('x'), {}]) {
        const answer = await strike(mcpRequest(endpoint, initializeMessage('2024-11-05'), headers))
        expect([401, 404]).toContain(answer.status)
      }
      await mcpRequest(endpoint, initializeMessage('2024-11-05', 7), bearer(owner.access_token))
      expect((await stream.next()).data).toContain('"id":7')
      stream.close()
    }),
  )

  verifies(
    ['RS-86', 'attack-fails'],
    'made-up legacy sessions are unknown',
    attack(async (strike) => {
      for (const id of ['x', '', '../x', '%00', '__proto__', 'x'.repeat(4_000), 'a&sessionId=b']) {
        const answer = await strike(
          mcpRequest(`${url}?sessionId=${id}`, rpc('ping'), bearer(owner.access_token)),
        )
        expect([400, 404], id.slice(0, 20)).toContain(answer.status)
      }
    }),
  )

  verifies(
    ['RS-46', 'attack-fails'],
    'nobody opens streams without end',
    attack(async (strike) => {
      const flooder = await tokensFor(stack, { person: 'analyst' })
      const streams: { status: number; close(): void }[] = []
      for (let n = 0; n < 105; n++) {
        streams.push(await openEventStream(url, bearer(flooder.access_token)))
      }
      const refused = streams.filter(({ status }) => status === 429)
      for (const stream of streams) stream.close()
      expect(refused.length).toBeGreaterThan(0)
      expect((await strike(callTool(url, owner.access_token, 'list_companies'))).status).toBe(200)
    }),
  )
})

describe('scopes of tools', () => {
  verifies(
    ['RS-15', 'attack-fails'],
    'a tool beyond the scopes is not smuggled in by a batch',
    attack(async (strike) => {
      const session = await openSession(url, owner.access_token, '2025-03-26')
      const batch = [rpc('ping', {}, 1), cogs(2), rpc('tools/list', {}, 3)]
      const answer = await strike(session.request(batch))
      expect(answer.status).toBe(403)
      expect(answer.headers.get('www-authenticate')).toContain('read:cogs')
    }),
  )

  verifies(
    ['RS-15', 'attack-fails'],
    'nor by the legacy stream, a session or the modern revision',
    attack(async (strike) => {
      const session = await openSession(url, owner.access_token, '2025-11-25')
      expect((await strike(session.request(cogs(2)))).status).toBe(403)
      const stream = await openEventStream(url, bearer(owner.access_token))
      const endpoint = new URL((await stream.next()).data, url).href
      const legacy = await strike(mcpRequest(endpoint, cogs(3), bearer(owner.access_token)))
      expect(legacy.status).toBe(403)
      stream.close()
      const modern = await strike(
        callTool(url, owner.access_token, 'get_item_cogs', { item_id: 'x' }),
      )
      expect(modern.status).toBe(403)
    }),
  )

  verifies(
    ['RS-15', 'RS-52', 'attack-fails'],
    'nor by headers that name another tool or method than the body',
    attack(async (strike) => {
      const params = { name: 'get_item_cogs', arguments: { item_id: 'x' } }
      const { message, headers } = modernMessage('tools/call', params)
      for (const changed of [
        { 'mcp-name': 'list_companies' },
        { 'mcp-method': 'tools/list' },
        { 'mcp-method': 'server/discover', 'mcp-name': '' },
        { 'mcp-protocol-version': '2025-11-25' },
      ]) {
        const answer = await strike(
          mcpRequest(url, message, { ...headers, ...changed, ...bearer(owner.access_token) }),
        )
        expect([400, 403]).toContain(answer.status)
        expect(answer.rpc.result).toBeUndefined()
      }
    }),
  )

  verifies(
    ['RS-15', 'attack-fails'],
    'nor by spelling its name otherwise, nor by a doubled member',
    attack(async (strike) => {
      for (const name of [
        'GET_ITEM_COGS',
        ' get_item_cogs',
        'get_item_cogs%00',
        '__proto__',
        'toString',
      ]) {
        const answer = await strike(callTool(url, owner.access_token, name, { item_id: 'x' }))
        expect(answer.rpc.result?.structuredContent, name).toBeUndefined()
      }
      const { message, headers } = modernMessage('tools/call', {
        name: 'list_companies',
        arguments: {},
      })
      const text = JSON.stringify(message).replace(
        '"name":"list_companies"',
        '"name":"list_companies","name":"get_item_cogs"',
      )
      const doubled = await strike(
        send(url, {
          method: 'POST',
          body: text,
          headers: {
            ...headers,
            ...bearer(owner.access_token),
            'content-type': 'application/json',
            accept: 'application/json, text/event-stream',
          },
        }),
      )
      expect([400, 403]).toContain(doubled.status)
    }),
  )

  verifies(
    ['RS-92', 'attack-fails'],
    'ids of other companies read nothing of theirs',
    attack(async (strike) => {
      const others = await stack.database.prisma.company.findMany()
      const tallow = others.find(({ name }) => name.startsWith('Tallow'))
      expect(tallow).toBeDefined()
      const answer = await strike(
        callTool(url, owner.access_token, 'get_inventory_items', { company_id: tallow?.id }),
      )
      expect(answer.tool?.isError ?? answer.rpc.error !== undefined).toBe(true)
      const [item] = await stack.database.prisma.item.findMany({
        where: { companyId: tallow?.id ?? '' },
        take: 1,
      })
      const fetched = await strike(callTool(url, owner.access_token, 'fetch', { id: item?.id }))
      expect(fetched.text).not.toContain(item?.name)
    }),
  )
})

describe('bodies and arguments', () => {
  verifies(
    ['RS-39', 'attack-fails'],
    'what is huge, deep or no message is refused, and costs nobody else anything',
    attack(async (strike) => {
      const headers = {
        ...bearer(owner.access_token),
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      }
      for (const [body, statuses] of [
        ['x'.repeat(1_100_000), [413]],
        ['['.repeat(50_000), [400]],
        [`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`, [400]],
        ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"__proto__":{"x":1}}}', [400]],
        ['null', [400]],
        ['[]', [400]],
        ['"ping"', [400]],
        ['{"jsonrpc":"1.0"}', [400]],
        [`[${Array(2_000).fill('{"jsonrpc":"2.0","id":1,"method":"ping"}').join(',')}]`, [400]],
      ] as const) {
        const answer = await strike(send(url, { method: 'POST', headers, body }))
        expect(statuses, body.slice(0, 30)).toContain(answer.status)
      }
      expect({}).not.toHaveProperty('x')
    }),
  )

  verifies(
    ['RS-97', 'attack-fails'],
    'injection in arguments finds nothing and breaks nothing',
    attack(async (strike) => {
      for (const query of [
        "' OR 1=1 --",
        '"; DROP TABLE "Item"; --',
        '%',
        '_',
        '\\',
        '\0',
        '{{7*7}}',
      ]) {
        const answer = await strike(callTool(url, owner.access_token, 'search', { query }))
        expect(answer.status, query).toBe(200)
        expect(answer.text).not.toMatch(/syntax error|Tallow/)
      }
      expect(await stack.database.prisma.item.count()).toBeGreaterThan(0)
    }),
  )

  verifies(
    ['RS-97', 'attack-fails'],
    'arguments of any other kind are refused in words',
    attack(async (strike) => {
      for (const input of [
        { limit: -1 },
        { limit: 1e308 },
        { cursor: 'x'.repeat(10_000) },
        { cursor: '../../etc/passwd' },
        { company_id: { $ne: null } },
        { company_id: ['a', 'b'] },
        { __proto__: { admin: true }, admin: true },
      ]) {
        const answer = await strike(
          callTool(url, owner.access_token, 'get_inventory_items', input as never),
        )
        expect(answer.tool?.isError || answer.rpc.error !== undefined, JSON.stringify(input)).toBe(
          true,
        )
      }
    }),
  )

  verifies(
    ['RS-98', 'attack-fails'],
    'an import takes neither formulas as numbers, nor foreign items, nor more than it may',
    attack(async (strike) => {
      const row = (changes: object) => ({ sku: 'ATT-1', name: 'x', category: 'x', ...changes })
      const before = await stack.database.prisma.item.count()
      for (const input of [
        { rows: [row({ unit_cost: '=1+1' })] },
        { rows: [row({ unit_cost: '1e999' })] },
        { rows: [row({ unit_cost: '-5' })] },
        { rows: [row({ sku: '' })] },
        { rows: Array.from({ length: 1_001 }, (_, n) => row({ sku: `ATT-${n}` })) },
        { csv: 'x'.repeat(500_001) },
        { csv: `sku,name\n${'"'.repeat(1_001)}` },
        { csv: '\0\0\0' },
        { csv: '__proto__,sku\n1,2' },
        { company_id: 'harbor-goods-llc', rows: [row({ unit_cost: '1.00' })] },
        { rows: [row({ unit_cost: '1.00' })], dry_run: false },
      ]) {
        const answer = await strike(callTool(url, importer.access_token, 'import_items', input))
        const valid = answer.tool?.structuredContent?.valid
        const refused = answer.tool?.isError || answer.rpc.error !== undefined || valid === false
        expect(refused, JSON.stringify(input).slice(0, 80)).toBe(true)
      }
      expect(await stack.database.prisma.item.count()).toBe(before)
    }),
  )

  verifies(
    ['RS-98', 'attack-fails'],
    'nobody imports without write:import',
    attack(async (strike) => {
      const answer = await strike(
        callTool(url, owner.access_token, 'import_items', { csv: 'sku\nx' }),
      )
      expect(answer.status).toBe(403)
    }),
  )
})

describe('browsers of others', () => {
  for (const origin of [
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'http://127.0.0.1.nip.example',
    'https://localhost@evil.example',
    'file://',
    'chrome-extension://abcdef',
  ]) {
    verifies(
      ['RS-32', 'attack-fails'],
      `a page of ${origin} gets 403, also with a good token, and no CORS`,
      attack(async (strike) => {
        const { message, headers } = modernMessage('tools/list')
        const answer = await strike(
          mcpRequest(url, message, { ...headers, ...bearer(owner.access_token), origin }),
        )
        expect(answer.status).toBe(403)
        expect(answer.headers.get('access-control-allow-origin')).toBeNull()
      }),
    )
  }

  for (const host of ['evil.example', 'localhost.evil.example', '169.254.169.254', 'localhost:1']) {
    verifies(
      ['RS-33', 'attack-fails'],
      `a request for the host ${host} is refused (DNS rebinding)`,
      attack(async (strike) => {
        const answer = await strike(
          rawRequest(url, { method: 'POST', headers: { host, ...bearer(owner.access_token) } }),
        )
        expect(answer.status).toBe(421)
        expect(answer.text).not.toContain(host)
      }),
    )
  }

  verifies(
    ['RS-42', 'attack-fails'],
    'no method but those of MCP does anything',
    attack(async (strike) => {
      for (const method of ['PUT', 'PATCH', 'HEAD', 'PROPFIND', 'LINK']) {
        const answer = await strike(
          rawRequest(url, { method, headers: bearer(owner.access_token) }),
        )
        expect([400, 405], method).toContain(answer.status)
      }
      const unknown = await strike(modernCall(url, owner.access_token, 'admin/shutdown'))
      expect(unknown.rpc.result).toBeUndefined()
    }),
  )
})
