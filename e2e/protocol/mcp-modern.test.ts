import { tokensFor } from '@neonpanel/testing-kit/client/grant'
import { bearer } from '@neonpanel/testing-kit/client/http'
import { describe, expect } from 'vitest'
import { mcpRequest, modernCall, modernMessage, modernVersion, rpc } from '../harness/mcp.ts'
import { testStack } from '../harness/stack.ts'
import { verifies } from '../verifies.ts'

const stack = await testStack()
const { access_token } = await tokensFor(stack)
const call = (method: string, params: Record<string, unknown> = {}) =>
  modernCall(stack.mcpUrl, access_token, method, params)

/** A modern request with its body or headers changed; `undefined` leaves a header out. */
function askWith(
  changes: { message?: object; headers?: Record<string, string | undefined> },
  method = 'tools/list',
  params: Record<string, unknown> = {},
) {
  const { message, headers } = modernMessage(method, params)
  const all = { ...headers, ...bearer(access_token), ...changes.headers }
  const sent = Object.entries(all).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return mcpRequest(stack.mcpUrl, { ...message, ...changes.message }, Object.fromEntries(sent))
}

describe('revision 2026-07-28', () => {
  verifies(
    ['contract-5-modern', 'RS-49', 'RS-59', 'RS-60', 'contract-1.2-mcp'],
    'server/discover says what is served',
    async () => {
      const { status, rpc: answer, headers } = await call('server/discover')
      expect(status).toBe(200)
      expect(answer.result).toMatchObject({
        supportedVersions: [modernVersion],
        capabilities: { tools: expect.any(Object) },
        resultType: 'complete',
        ttlMs: expect.any(Number),
        cacheScope: expect.stringMatching(/^(private|public)$/),
        _meta: {
          'io.modelcontextprotocol/serverInfo': {
            name: 'neonpanel',
            version: expect.stringMatching(/^\d+\.\d+\.\d+/),
          },
        },
      })
      expect(headers.get('mcp-session-id')).toBeNull()
    },
  )

  verifies(
    ['contract-5-modern', 'RS-61', 'RS-99', 'RS-60'],
    'tools/list is the same each time, private, and shows all twelve tools to a narrow token',
    async () => {
      const [first, second] = [await call('tools/list'), await call('tools/list')]
      expect(first.rpc.result?.tools).toHaveLength(12)
      expect(first.rpc.result).toEqual(second.rpc.result)
      expect(first.rpc.result?.cacheScope).toBe('private')
    },
  )

  verifies(
    'RS-63',
    'session ids and event ids of older revisions are ignored and never minted',
    async () => {
      const answer = await askWith({
        headers: { 'mcp-session-id': 'unknown', 'last-event-id': '7' },
      })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('mcp-session-id')).toBeNull()
    },
  )

  verifies('RS-48', 'batches are refused', async () => {
    const { message, headers } = modernMessage('tools/list')
    const answer = await mcpRequest(stack.mcpUrl, [message, message], {
      ...headers,
      ...bearer(access_token),
    })
    expect(answer.status).toBe(400)
    expect(answer.rpc.error?.code).toBe(-32_600)
  })

  verifies('RS-50', 'the version header must be there and equal the body', async () => {
    for (const version of [undefined, '2025-11-25']) {
      const { status, rpc: answer } = await askWith({
        headers: { 'mcp-protocol-version': version },
      })
      expect(status, String(version)).toBe(400)
      expect(answer.error?.code).toBe(-32_020)
    }
  })

  verifies('RS-51', 'an unknown version is refused with the versions that are served', async () => {
    const { message } = modernMessage('tools/list')
    const _meta = {
      ...(message.params as object),
      'io.modelcontextprotocol/protocolVersion': '1900-01-01',
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const answer = await askWith({
      message: { params: { _meta } },
      headers: { 'mcp-protocol-version': '1900-01-01' },
    })
    expect(answer.status).toBe(400)
    expect(answer.rpc.error).toMatchObject({
      code: -32_022,
      data: { requested: '1900-01-01', supported: [modernVersion] },
    })
  })

  verifies('RS-52', 'the method and name headers must equal the body', async () => {
    for (const headers of [{ 'mcp-method': undefined }, { 'mcp-method': 'tools/call' }]) {
      const { status, rpc: answer } = await askWith({ headers })
      expect(status).toBe(400)
      expect(answer.error?.code).toBe(-32_020)
    }
    for (const name of [undefined, 'search']) {
      const params = { name: 'list_companies', arguments: {} }
      const { status, rpc: answer } = await askWith(
        { headers: { 'mcp-name': name } },
        'tools/call',
        params,
      )
      expect(status).toBe(400)
      expect(answer.error?.code).toBe(-32_020)
    }
  })

  verifies(
    'RS-52',
    'a name may come in Base64; names count exactly, names of headers not',
    async () => {
      const params = { name: 'list_companies', arguments: {} }
      const named = async (headers: Record<string, string | undefined>) => {
        const { status, rpc: answer } = await askWith({ headers }, 'tools/call', params)
        return answer.error?.code ?? status
      }
      const base64 = (name: string) => `=?base64?${Buffer.from(name).toString('base64')}?=`
      expect(await named({ 'mcp-name': base64('list_companies') })).toBe(200)
      expect(await named({ 'mcp-name': undefined, 'MCP-NAME': 'list_companies' })).toBe(200)
      for (const wrong of [
        { 'mcp-name': base64('search') },
        { 'mcp-name': '=?base64?!?=' },
        { 'mcp-name': 'List_Companies' },
        { 'mcp-method': 'Tools/Call' },
      ]) {
        expect(await named(wrong), JSON.stringify(wrong)).toBe(-32_020)
      }
    },
  )

  verifies('RS-52', 'prompts and resources are named in the header as well', async () => {
    for (const [method, params] of [
      ['resources/read', { uri: 'neonpanel://company/co_harbor_us' }],
      ['prompts/get', { name: 'inventory_running_out' }],
    ] as const) {
      for (const name of [undefined, 'another']) {
        const answer = await askWith({ headers: { 'mcp-name': name } }, method, params)
        expect([answer.status, answer.rpc.error?.code], method).toEqual([400, -32_020])
      }
    }
  })

  verifies(
    ['RS-53', 'RS-71'],
    'schemas refer to nothing outside, and mark no argument that would travel in a header',
    async () => {
      const { result } = (await call('tools/list')).rpc
      const schemas = JSON.stringify(result?.tools)
      expect(schemas).toContain('"inputSchema"')
      for (const [, reference] of schemas.matchAll(/"\$(?:ref|dynamicRef)":"([^"]*)"/g)) {
        expect(reference).toMatch(/^#/)
      }
      for (const [, dialect] of schemas.matchAll(/"\$schema":"([^"]*)"/g)) {
        expect(dialect).toBe('https://json-schema.org/draft/2020-12/schema')
      }
      expect(schemas).not.toContain('x-mcp-header')
      const params = { name: 'list_companies', arguments: {} }
      const headers = { 'mcp-param-region': 'nothing asks for it' }
      expect((await askWith({ headers }, 'tools/call', params)).status).toBe(200)
    },
  )

  verifies('RS-54', 'client capabilities are needed in each request', async () => {
    const version = { 'io.modelcontextprotocol/protocolVersion': modernVersion }
    const capabilities = { 'io.modelcontextprotocol/clientCapabilities': {} }
    for (const _meta of [version, capabilities, {}, undefined]) {
      const { status, rpc: answer } = await askWith({ message: { params: { _meta } } })
      expect([status, answer.error?.code], JSON.stringify(_meta)).toEqual([400, -32_602])
    }
  })

  verifies('RS-56', 'an unknown method is 404, and so are those of older revisions', async () => {
    for (const method of ['tools/unknown', 'initialize', 'ping']) {
      const { status, rpc: answer } = await call(method)
      expect(status, method).toBe(404)
      expect(answer.error?.code).toBe(-32_601)
    }
  })

  verifies('RS-57', 'a notification is accepted without a body', async () => {
    const { message, headers } = modernMessage('notifications/cancelled', { requestId: 99 })
    const { id: _, ...notification } = message
    const answer = await mcpRequest(stack.mcpUrl, notification, {
      ...headers,
      ...bearer(access_token),
    })
    expect(answer.status).toBe(202)
    expect(answer.text).toBe('')
  })

  verifies('RS-58', 'an id is text or a whole number; null is refused', async () => {
    for (const id of [null, {}, true]) {
      expect((await askWith({ message: { id } })).status, String(id)).toBe(400)
    }
    for (const id of ['', 'a', 0, -1]) {
      expect((await askWith({ message: { id } })).rpc, String(id)).toMatchObject({ id })
    }
  })

  verifies(
    'RS-59',
    'every result says of which type it is, that of a failed tool as well',
    async () => {
      for (const [method, params] of [
        ['server/discover', {}],
        ['tools/list', {}],
        ['tools/call', { name: 'list_companies', arguments: {} }],
        ['tools/call', { name: 'fetch', arguments: { id: 'no-such-document' } }],
      ] as const) {
        expect((await call(method, params)).rpc.result?.resultType, method).toBe('complete')
      }
    },
  )

  verifies('RS-72', 'who accepts JSON alone, or anything, gets JSON', async () => {
    const params = { name: 'list_companies', arguments: {} }
    for (const accept of ['application/json', '*/*', 'application/json, text/event-stream']) {
      const { status, headers } = await askWith({ headers: { accept } }, 'tools/call', params)
      expect(status, accept).toBe(200)
      expect(headers.get('content-type'), accept).toMatch(/^application\/json/)
    }
  })

  verifies(
    ['RS-66', 'RS-70'],
    'an answer has no log and no request to the client, however much is asked for',
    async () => {
      const { message, headers } = modernMessage('tools/call', {
        name: 'get_inventory_items',
        arguments: {},
      })
      const params = message.params as { _meta: object }
      const _meta = {
        ...params._meta,
        'io.modelcontextprotocol/logLevel': 'debug',
        progressToken: 'p',
      }
      const { status, text } = await mcpRequest(
        stack.mcpUrl,
        { ...message, params: { ...params, _meta } },
        { ...headers, ...bearer(access_token) },
      )
      expect(status).toBe(200)
      expect(text).not.toMatch(/notifications\/message|"method":"(sampling|elicitation|roots)\//)
      const { result } = (await call('server/discover')).rpc
      expect(result?.capabilities).not.toHaveProperty('logging')
    },
  )

  verifies(['RS-69', 'RS-97'], 'an unknown tool is -32602', async () => {
    const { rpc: answer } = await call('tools/call', { name: 'no_such_tool', arguments: {} })
    expect(answer.error?.code).toBe(-32_602)
  })

  verifies('RS-48', 'what is no JSON-RPC at all is an error and not a crash', async () => {
    for (const body of [{}, 'text', 7, null, [], { jsonrpc: '1.0', id: 1, method: 'tools/list' }]) {
      const answer = await mcpRequest(stack.mcpUrl, body, {
        ...bearer(access_token),
        'mcp-protocol-version': modernVersion,
      })
      expect(answer.status, JSON.stringify(body)).toBe(400)
    }
    expect((await call('tools/list')).status).toBe(200)
    expect(rpc('x').jsonrpc).toBe('2.0')
  })
})
