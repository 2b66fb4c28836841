import { toolScopes } from '@neonpanel/contracts/tool-catalogue'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { modern, modernToolCall } from '../testing/messages.ts'
import { type RunningServer, startServer } from '../testing/running-server.ts'
import {
  startTinyAuthorizationServer,
  type TinyAuthorizationServer,
} from '../testing/tiny-authorization-server.ts'

let authorizationServer: TinyAuthorizationServer
let server: RunningServer
let token: string

beforeAll(async () => {
  authorizationServer = await startTinyAuthorizationServer()
  server = await startServer(authorizationServer)
  token = await authorizationServer.mint()
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await authorizationServer[Symbol.asyncDispose]()
})

interface ToolResult {
  isError?: boolean
  content: { type: string; text: string }[]
  structuredContent?: unknown
}

async function call(name: string, values: Record<string, unknown> = {}): Promise<ToolResult> {
  const response = await server.request('/mcp', { token, ...modernToolCall(name, values) })
  return ((await response.json()) as { result: ToolResult }).result
}

describe('a tool result', () => {
  it('is structured, and the same once more as the only text', async () => {
    const { content, structuredContent, isError } = await call('search', { query: 'ceramic mug' })
    expect(isError).toBeUndefined()
    expect(structuredContent).toEqual({ results: ['ceramic mug'] })
    expect(content).toEqual([{ type: 'text', text: '{"results":["ceramic mug"]}' }])
  })

  it('knows who calls, through which client, for which companies', async () => {
    expect((await call('list_companies')).structuredContent).toEqual({
      companies: ['company-1', 'company-2'],
      person: 'person-owner',
      client: 'client-a',
    })
  })

  it('of an expected failure says what it is', async () => {
    expect(await call('search', { query: 'unknown' })).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: 'Nothing is called unknown.' }],
    })
  })

  it.each(['throw', 'mismatch'])('of an unexpected failure (%s) says nothing', async (query) => {
    const { isError, content, structuredContent } = await call('search', { query })
    expect(isError).toBe(true)
    expect(structuredContent).toBeUndefined()
    expect(content).toHaveLength(1)
    expect(content[0]!.text).toMatch(
      /^Search failed unexpectedly\. Correlation id: c-[a-z2-7]{20}$/,
    )
    const correlationId = content[0]!.text.split(' ').at(-1)!
    const lines = server.logged().split('\n')
    const line = lines.find((each) => each.includes(correlationId) && each.includes('tool failed'))
    expect(line).toContain('"tool":"search"')
  })

  it.each([
    ['missing', {}],
    ['of another type', { query: 1 }],
    ['more than asked for', { query: 'mug', also: 'this' }],
  ])('of arguments that are %s is an error for the model', async (_what, values) => {
    const { isError, content } = await call('search', values)
    expect(isError).toBe(true)
    expect(content[0]!.text).toContain('Invalid arguments for tool search')
  })
})

describe('the metrics', () => {
  const metrics = async () => (await server.request('/metrics', { method: 'GET' })).text()
  const calls = (text: string, tool: string, outcome: string) =>
    Number(
      new RegExp(`mcp_tool_calls_total\\{tool="${tool}",outcome="${outcome}".*\\} (\\d+)`).exec(
        text,
      )?.[1] ?? 0,
    )

  it.each([
    ['mug', 'ok'],
    ['unknown', 'refused'],
    ['throw', 'failed'],
  ])('count a search for %s as %s', async (query, outcome) => {
    const before = calls(await metrics(), 'search', outcome)
    await call('search', { query })
    expect(calls(await metrics(), 'search', outcome)).toBe(before + 1)
  })

  it('count what is open', async () => {
    expect(await metrics()).toMatch(/mcp_open\{kind="sessions".*\} \d+/)
  })
})

describe('scopes', () => {
  it('are asked for all at once, before the tool runs', async () => {
    const request = { token, ...modernToolCall('get_revenue_and_cogs') }
    const response = await server.request('/mcp', request)
    expect(response.status).toBe(403)
    expect(response.headers.get('WWW-Authenticate')).toBe(
      'Bearer resource_metadata="http://localhost:4401/.well-known/oauth-protected-resource/mcp", ' +
        'scope="read:revenue read:cogs", error="insufficient_scope", ' +
        'error_description="This call needs the scopes read:revenue read:cogs."',
    )
  })

  it.each(['read:revenue', 'read:cogs', 'openid', ''])('%j alone is not enough', async (scope) => {
    const narrow = await authorizationServer.mint({ scope })
    const request = { token: narrow, ...modernToolCall('get_revenue_and_cogs') }
    expect((await server.request('/mcp', request)).status).toBe(403)
  })

  it('together are enough', async () => {
    const wide = await authorizationServer.mint({ scope: 'read:revenue read:cogs' })
    const request = { token: wide, ...modernToolCall('get_revenue_and_cogs') }
    expect((await server.request('/mcp', request)).status).toBe(200)
  })

  it('do not hide tools: the list is the same for everybody, byte for byte', async () => {
    const none = await authorizationServer.mint({ scope: '', sub: 'person-other' })
    const [mine, theirs] = await Promise.all(
      [token, none].map(async (each) =>
        (await server.request('/mcp', { token: each, ...modern('tools/list') })).text(),
      ),
    )
    expect(theirs).toBe(mine)
  })
})

describe('the list of tools', () => {
  interface Listed {
    name: string
    title: string
    inputSchema: { type: string; additionalProperties: boolean }
    outputSchema: { type: string }
    annotations: Record<string, boolean>
    securitySchemes: unknown
    _meta: { securitySchemes: unknown }
  }

  async function list() {
    const response = await server.request('/mcp', { token, ...modern('tools/list') })
    return ((await response.json()) as { result: { tools: Listed[]; cacheScope: string } }).result
  }

  it('says which scopes each needs, where both kinds of hosts look', async () => {
    for (const { name, securitySchemes, _meta } of (await list()).tools) {
      const scopes = toolScopes[name as keyof typeof toolScopes]
      expect(securitySchemes).toEqual([{ type: 'oauth2', scopes }])
      expect(_meta).toEqual({ securitySchemes })
    }
  })

  it('describes input, output and effect', async () => {
    const { tools, cacheScope } = await list()
    expect(cacheScope).toBe('private')
    expect(tools.map(({ name }) => name)).toEqual([
      'list_companies',
      'get_revenue_and_cogs',
      'search',
    ])
    for (const { inputSchema, outputSchema, annotations } of tools) {
      expect(inputSchema).toMatchObject({ type: 'object', additionalProperties: false })
      expect(outputSchema.type).toBe('object')
      expect(annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false })
    }
  })
})
