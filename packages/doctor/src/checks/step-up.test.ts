import { describe, expect, test } from 'vitest'
import type { Changes } from '../testing/changes.ts'
import { examineArea, learnt, named } from '../testing/findings.ts'
import { startServers } from '../testing/servers.ts'
import { tools } from '../testing/tools.ts'
import { examineStepUp } from './step-up.ts'

const examined = async (changes: Changes, scope = 'read') => {
  const servers = await startServers(changes)
  const session = await servers.session(scope)
  const known = await learnt(servers)
  const { findings } = await examineArea(servers.mcpUrl, 'step_up', (examination) =>
    examineStepUp(examination, { ...known, session }),
  )
  return findings
}

const found = async (changes: Changes, scope?: string) => named(await examined(changes, scope))

/** Another answer to the call that needs more scope. */
const beyond = (answer: (id: unknown) => Response): Changes => ({
  answer: ({ body }) => {
    const { method, id } = JSON.parse(body || '{}')
    return method === 'tools/call' ? answer(id) : undefined
  },
})

const challenge = (parameters: string, status = 403) =>
  beyond(
    () => new Response(null, { status, headers: { 'www-authenticate': `Bearer ${parameters}` } }),
  )

const result = (value: unknown) =>
  beyond((id) => Response.json({ jsonrpc: '2.0', id, result: value }))

const metadata = 'resource_metadata="https://mcp.example/.well-known/oauth-protected-resource"'

describe('a call beyond the scope of the token', () => {
  test('is answered by a healthy server with all that the client needs', async () => {
    expect(await found({})).toEqual([])
    expect(await found({}, 'read write')).toEqual([])
  })

  test.each<[string, Changes]>([
    ['error step_up_401', challenge('error="invalid_token"', 401)],
    ['error step_up_challenge_missing', challenge('realm="mcp"')],
    ['error step_up_challenge_missing', beyond(() => new Response(null, { status: 403 }))],
    ['error step_up_status_wrong', beyond(() => new Response(null, { status: 500 }))],
    ['warning step_up_scope_missing', challenge(`error="insufficient_scope", ${metadata}`)],
    [
      'warning step_up_scope_partial',
      challenge(`error="insufficient_scope", scope="read", ${metadata}`),
    ],
    ['warning step_up_metadata_missing', challenge('error="insufficient_scope", scope="write"')],
    [
      'warning step_up_in_result',
      result({ isError: true, content: [{ type: 'text', text: 'The scope write is needed.' }] }),
    ],
    ['error scope_not_enforced', result({ content: [] })],
  ])('%s', async (expected, changes) => {
    const findings = await examined(changes)
    expect(named(findings)).toEqual([expected])
    expect(findings[0]).toMatchObject({ where: 'list_drafts', exchanges: [expect.anything()] })
  })

  test('may be refused for its arguments first', async () => {
    const refused = beyond((id) =>
      Response.json({ jsonrpc: '2.0', id, error: { code: -32602, message: 'Invalid arguments' } }),
    )
    expect(await found(refused)).toEqual([])
  })

  test('is not tried where no tool that only reads says what it needs', async () => {
    const silent = tools.map(({ name, inputSchema }) => ({ name, inputSchema }))
    expect(await found({ results: { 'tools/list': { tools: silent } } })).toEqual([
      'note step_up_not_tried',
    ])
  })
})
