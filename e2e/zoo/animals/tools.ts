import { claudeAuthentication } from '@neonpanel/doctor/catalogue/sources'
import type { Animal, Defect } from '../animal.ts'
import { changed, json, result, rpcOf, signed } from '../distortions.ts'
import { mcp } from '../sources.ts'

const toolPage = mcp('2025-11-25', 'server/tools#tool')

/** Changes the first tool of the list. */
const firstTool = (change: Record<string, unknown>): Defect => ({
  distortion: result('tools/list', ({ tools, ...rest }) => {
    const [first, ...others] = tools as object[]
    return { ...rest, tools: [{ ...first, ...change }, ...others] }
  }),
})

/** A method that fails for those who are let in. */
const fails = (reply: ReturnType<typeof json>, ...methods: string[]): Defect => ({
  distortion: changed(rpcOf(...methods), (asItIs) => (asItIs.status === 200 ? reply : asItIs)),
})

/** What a call is answered that needs more scope than the token has. */
const stepUp = (reply: ReturnType<typeof json>): Defect => ({
  distortion: changed(signed, (asItIs) => (asItIs.status === 403 ? reply : asItIs)),
})

/** Servers that let in whoever has a token, and do not work then. */
export const clumsy: readonly Animal[] = [
  {
    id: 'initialize-fails',
    title: 'initialize fails once a token is right',
    source: mcp('2025-11-25', 'basic/lifecycle#initialization'),
    defect: fails(
      json(400, { error: 'Bad Request: Server not initialized' }),
      'initialize',
      'server/discover',
    ),
    named: 'initialize_refused',
  },
  {
    id: 'tools-list-fails',
    title: 'tools/list fails',
    source: mcp('2025-11-25', 'server/tools#listing-tools'),
    defect: fails(json(500, { error: 'no such table' }), 'tools/list'),
    named: 'tools_not_listed',
  },
  {
    id: 'tools-pages-endless',
    title: 'Each page of tools/list has the same next one',
    source: mcp('2025-11-25', 'server/utilities/pagination'),
    defect: {
      distortion: result('tools/list', (listed) => ({ ...listed, nextCursor: 'again' })),
    },
    named: 'tools_paging_endless',
  },
  {
    id: 'tool-named-twice',
    title: 'Two tools have one name',
    source: toolPage,
    defect: {
      distortion: result('tools/list', ({ tools, ...rest }) => ({
        ...rest,
        tools: [...(tools as object[]), (tools as object[])[0]],
      })),
    },
    named: 'tool_name_duplicate',
  },
  {
    id: 'input-schema-invalid',
    title: 'The inputSchema of a tool is no JSON Schema',
    source: toolPage,
    defect: firstTool({ inputSchema: { type: 'object', properties: { limit: { type: 'int' } } } }),
    named: 'input_schema_invalid',
  },
  {
    id: 'input-schema-is-a-list',
    title: 'The inputSchema of a tool is of type array',
    source: toolPage,
    defect: firstTool({ inputSchema: { type: 'array' } }),
    named: 'input_schema_not_object',
  },
  {
    id: 'output-schema-is-a-list',
    title: 'The outputSchema of a tool is of type array',
    source: toolPage,
    defect: firstTool({ outputSchema: { type: 'array', items: { type: 'string' } } }),
    named: 'output_schema_invalid',
  },
  {
    id: 'tool-call-fails',
    title: 'Every call fails with 500',
    source: mcp('2025-11-25', 'server/tools#error-handling'),
    defect: fails(json(500, { error: 'undefined' }), 'tools/call'),
    named: 'tool_call_breaks',
  },
  {
    id: 'structured-content-missing',
    title: 'A tool with an outputSchema answers without structuredContent',
    source: mcp('2025-11-25', 'server/tools#output-schema'),
    defect: { distortion: result('tools/call', ({ structuredContent: _, ...called }) => called) },
    named: 'structured_content_missing',
  },
  {
    id: 'structured-content-not-as-promised',
    title: 'structuredContent does not fit the outputSchema of its tool',
    source: mcp('2025-11-25', 'server/tools#output-schema'),
    defect: {
      distortion: result('tools/call', (called) => ({
        ...called,
        structuredContent: { total: 'three' },
      })),
    },
    named: 'structured_content_invalid',
  },
  {
    id: 'tool-result-without-content',
    title: 'The result of a tool is not in content',
    source: mcp('2025-11-25', 'server/tools#tool-result'),
    defect: { distortion: result('tools/call', () => ({ rows: [] })) },
    named: 'tool_result_malformed',
  },
  {
    id: 'step-up-by-401',
    title: 'Missing scope is answered 401: the person signs in again, for nothing',
    source: mcp('2025-11-25', 'basic/authorization#scope-challenge-handling'),
    defect: stepUp(
      json(401, { error: 'invalid_token' }, { 'www-authenticate': 'Bearer error="invalid_token"' }),
    ),
    named: 'step_up_401',
  },
  {
    id: 'step-up-by-500',
    title: 'Missing scope is answered 500',
    source: mcp('2025-11-25', 'basic/authorization#scope-challenge-handling'),
    defect: stepUp(json(500, { error: 'Forbidden' })),
    named: 'step_up_status_wrong',
  },
  {
    id: 'step-up-without-challenge',
    title: 'The 403 does not say that it is for want of scope',
    source: claudeAuthentication,
    defect: stepUp(json(403, { error: 'forbidden' })),
    named: 'step_up_challenge_missing',
  },
]
