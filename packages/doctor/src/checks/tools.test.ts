import { describe, expect, test } from 'vitest'
import type { Changes } from '../testing/changes.ts'
import { examineArea, learnt, named } from '../testing/findings.ts'
import { startServers } from '../testing/servers.ts'
import { tools as healthyTools } from '../testing/tools.ts'
import { examineTools } from './tools.ts'

const examined = async (changes: Changes) => {
  const servers = await startServers(changes)
  const session = changes.open ? {} : { session: await servers.session() }
  const known = changes.open ? {} : await learnt(servers)
  const { findings } = await examineArea(servers.mcpUrl, 'tools', (examination) =>
    examineTools(examination, { ...known, ...session }),
  )
  return { findings, servers }
}

const found = async (changes: Changes) => named((await examined(changes)).findings)

type Tool = Record<string, unknown>

const listed: Tool[] = healthyTools.map(({ scope: _, call: __, ...tool }) => tool)

/** The healthy list with one tool changed, or one more. */
const withTool = (name: string, changes: Tool): Changes => {
  const tool = listed.find((one) => one.name === name) ?? {
    name,
    description: 'One more.',
    inputSchema: { type: 'object' },
    annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    securitySchemes: [],
    _meta: { securitySchemes: [] },
  }
  const others = listed.filter((one) => one !== tool)
  return { results: { 'tools/list': { tools: [...others, { ...tool, ...changes }] } } }
}

const rpc = (asked: { body: string }) => JSON.parse(asked.body || '{}')

/** Another answer to calls of one tool. */
const calling = (name: string, answer: (id: unknown) => Response): Changes => ({
  answer: (asked) => {
    const { method, params, id } = rpc(asked)
    return method === 'tools/call' && params.name === name ? answer(id) : undefined
  },
})

const result = (value: unknown) => (id: unknown) =>
  Response.json({ jsonrpc: '2.0', id, result: value })
const text = (value: unknown) => ({
  content: [{ type: 'text', text: JSON.stringify(value) }],
  structuredContent: value,
})

describe('tools', () => {
  test('of a healthy server have nothing to find, with a token or without', async () => {
    expect(await found({})).toEqual([])
    expect(await found({ open: true })).toEqual([])
  })

  test('are found by server/discover where there are no sessions', async () => {
    const { findings, servers } = await examined({
      answer: (asked) =>
        rpc(asked).method === 'initialize'
          ? Response.json(
              { jsonrpc: '2.0', id: 0, error: { code: -32022, message: 'no' } },
              { status: 400 },
            )
          : undefined,
    })
    expect(named(findings)).toEqual([])
    const methods = servers.resource.requests.map((asked) => rpc(asked).method)
    expect(methods).toContain('server/discover')
    expect(methods.filter((method) => method === 'tools/call').length).toBeGreaterThan(2)
  })

  test('leave no session behind', async () => {
    const { servers } = await examined({})
    const ended = servers.resource.requests.filter(({ method }) => method === 'DELETE')
    expect(ended).toHaveLength(1)
  })

  test('need a conversation, a list and an end of it', async () => {
    const refuses = (asked: { body: string }) =>
      ['initialize', 'server/discover'].includes(rpc(asked).method)
        ? new Response('<h1>Sorry</h1>', { status: 500, headers: { 'content-type': 'text/html' } })
        : undefined
    expect(await found({ answer: refuses })).toEqual(['error conversation_refused'])
    expect(await found({ results: { 'tools/list': { tools: 'none' } } })).toEqual([
      'error tools_not_listed',
    ])
    expect(
      await found({ results: { 'tools/list': { tools: listed, nextCursor: 'a' } } }),
    ).toContain('error tools_paging_endless')
    expect(await found({ results: { 'tools/list': { tools: [] } } })).toEqual(['note tools_absent'])
  })

  test('are few, and said shortly', async () => {
    const many = Array.from({ length: 129 }, (_, at) => ({ ...listed[0], name: `tool_${at}` }))
    expect(await found({ results: { 'tools/list': { tools: many } } })).toContain(
      'warning tools_too_many',
    )
    expect(await found(withTool('more', { description: 'x'.repeat(100_000) }))).toEqual([
      'warning tools_list_large',
    ])
  })
})

describe('a definition', () => {
  const object = { type: 'object' }
  test.each<[string, Tool]>([
    ['error tool_name_missing', { name: undefined }],
    ['error tool_name_duplicate', { name: 'search' }],
    ['warning tool_name_refused', { name: 'files.read' }],
    ['warning tool_name_long', { name: 'n'.repeat(65) }],
    ['warning tool_description_missing', { description: '' }],
    ['error input_schema_invalid', { inputSchema: undefined }],
    ['error input_schema_invalid', { inputSchema: { type: 'object', required: 'all' } }],
    ['error input_schema_not_object', { inputSchema: { properties: {} } }],
    ['warning input_schema_combined', { inputSchema: { ...object, anyOf: [object] } }],
    [
      'warning schema_reference_elsewhere',
      { inputSchema: { ...object, properties: { a: { $ref: 'https://schemas.example/a' } } } },
    ],
    ['error output_schema_invalid', { outputSchema: {} }],
    [
      'error output_schema_invalid',
      { outputSchema: { ...object, properties: { a: { $ref: '#/$defs/A' } } } },
    ],
    ['warning annotations_missing', { annotations: undefined }],
    ['note annotations_incomplete', { annotations: { readOnlyHint: false } }],
    [
      'warning annotations_contradict',
      { annotations: { readOnlyHint: true, destructiveHint: true, openWorldHint: false } },
    ],
    ['note security_schemes_missing', { securitySchemes: undefined, _meta: undefined }],
    ['note security_schemes_not_mirrored', { _meta: {} }],
    ['error tool_meta_malformed', { _meta: 'none' }],
    [
      'note schema_references',
      { inputSchema: { ...object, $defs: { A: {} }, properties: { a: { $ref: '#/$defs/A' } } } },
    ],
  ])('%s', async (expected, changes) => {
    const { findings } = await examined(withTool('more', changes))
    expect(named(findings)[0]).toBe(expected)
    expect(findings[0]).toMatchObject({ where: 'tools/list', exchanges: [expect.anything()] })
  })

  test('of search and fetch is as ChatGPT calls them', async () => {
    const without = (...names: string[]): Changes => {
      const left = listed.filter(({ name }) => !names.includes(String(name)))
      return { results: { 'tools/list': { tools: left } } }
    }
    expect(await found(without('search', 'fetch'))).toEqual(['note search_and_fetch_absent'])
    expect(await found(without('fetch'))).toEqual(['note search_without_fetch'])
    const inputSchema = { type: 'object', properties: { q: {} }, required: ['q'] }
    expect(await found(withTool('search', { inputSchema }))).toEqual(['warning search_input_wrong'])
  })
})

describe('an answer', () => {
  test.each<[string, (id: unknown) => Response]>([
    ['error tool_call_breaks', () => new Response('', { status: 500 })],
    ['error tool_result_malformed', result({ structuredContent: { results: [] } })],
    ['error structured_content_missing', result({ content: [] })],
    ['error structured_content_invalid', result(text({ results: 'none' }))],
    [
      'note structured_text_differs',
      result({ content: [{ type: 'text', text: 'none' }], structuredContent: { results: [] } }),
    ],
    [
      'warning tool_result_large',
      result({ ...text({ results: [] }), _meta: { a: 'a'.repeat(100_000) } }),
    ],
  ])('of a tool without arguments: %s', async (expected, answer) => {
    expect((await found(calling('list_documents', answer)))[0]).toBe(expected)
  })

  test('is not looked for where nothing says that it only reads', async () => {
    const unsaid = listed.map((tool) => ({
      ...tool,
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    }))
    const { findings, servers } = await examined({ results: { 'tools/list': { tools: unsaid } } })
    expect(named(findings)).toEqual(['note tool_not_called'])
    const called = servers.resource.requests.filter(
      (asked) => rpc(asked).method === 'tools/call' && rpc(asked).params.name in healthyTools,
    )
    expect(called).toEqual([])
  })

  test('to a call of nothing is a refusal', async () => {
    const name = 'neonpanel_doctor_no_such_tool'
    expect(await found(calling(name, () => new Response('', { status: 500 })))).toEqual([
      'warning unknown_tool_breaks',
    ])
    expect(await found(calling(name, result({ content: [] })))).toEqual([
      'warning unknown_tool_breaks',
    ])
  })

  test('of search and fetch is what ChatGPT reads', async () => {
    const results = [{ id: 'one', title: 'One', url: 'https://docs.example/one' }]
    const otherwise = { outputSchema: undefined }
    const search = calling('search', result(text({ items: results })))
    expect(await found({ ...search, ...withTool('search', otherwise) })).toEqual([
      'warning search_result_wrong',
    ])
    const unknown = calling('fetch', result({ isError: true, content: [] }))
    expect(await found(unknown)).toEqual(['warning search_result_not_fetched'])
    const fetched = calling('fetch', result(text({ body: 'the text' })))
    expect(await found({ ...fetched, ...withTool('fetch', otherwise) })).toEqual([
      'warning fetch_result_wrong',
    ])
  })
})
