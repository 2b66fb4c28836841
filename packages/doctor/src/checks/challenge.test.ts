import { expect, test } from 'vitest'
import type { Changes } from '../testing/changes.ts'
import { examineArea, named } from '../testing/findings.ts'
import type { Asked } from '../testing/play.ts'
import { type Servers, startServers } from '../testing/servers.ts'
import { examineChallenge } from './challenge.ts'

const meet = ({ mcpUrl, fetch }: Pick<Servers, 'mcpUrl' | 'fetch'>) =>
  examineArea(mcpUrl, 'challenge', examineChallenge, fetch)

async function meetChanged(changes: Changes) {
  await using servers = await startServers(changes)
  return await meet(servers)
}

const isMcp = ({ url }: Asked) => url.pathname === '/mcp'
const hasToken = ({ headers }: Asked) => headers.has('authorization')
const methodOf = ({ body }: Asked) => (body ? (JSON.parse(body) as { method: string }).method : '')

/** The answer to `initialize` in place of the healthy one. */
const opened = {
  jsonrpc: '2.0',
  id: 0,
  result: { protocolVersion: '2025-11-25', capabilities: {} },
}

test('a healthy server is protected, and nothing is wrong with it', async () => {
  await using servers = await startServers()
  const { result, findings } = await meet(servers)
  expect(findings).toEqual([])
  expect(result).toEqual({
    kind: 'protected',
    challenge: {
      resourceMetadata: `${servers.mcpOrigin}/.well-known/oauth-protected-resource/mcp`,
      scope: ['read', 'write'],
      error: undefined,
      description: undefined,
    },
  })
})

test('a server that asks for no token is told to be one', async () => {
  const { result, findings } = await meetChanged({ open: true })
  expect(result).toEqual({ kind: 'open' })
  expect(named(findings)).toEqual(['note asks_for_no_token'])
})

test('open, in the transport of 2024-11-05 alone', async () => {
  const { result, findings } = await meetChanged({
    answer: (asked) => {
      if (asked.method === 'POST') return new Response(null, { status: 405 })
      return new Response('event: endpoint\ndata: /messages\n\n', {
        headers: { 'content-type': 'text/event-stream' },
      })
    },
  })
  expect(result).toEqual({ kind: 'open' })
  expect(named(findings)).toEqual(['note asks_for_no_token'])
})

test('protected, in the transport of 2024-11-05 alone', async () => {
  const { result, findings } = await meetChanged({
    answer: ({ method }) => (method === 'POST' ? new Response(null, { status: 404 }) : undefined),
  })
  expect(result).toMatchObject({ kind: 'protected', challenge: { scope: ['read', 'write'] } })
  expect(findings).toEqual([])
})

test('open, in 2026-07-28 alone', async () => {
  const { result } = await meetChanged({
    open: true,
    answer: (asked) =>
      methodOf(asked) === 'initialize'
        ? Response.json({ jsonrpc: '2.0', id: 0, error: { code: -32022 } }, { status: 400 })
        : undefined,
  })
  expect(result).toEqual({ kind: 'open' })
})

test('a token that is asked for only after initialize', async () => {
  const { result, findings } = await meetChanged({
    answer: (asked) => (methodOf(asked) === 'initialize' ? Response.json(opened) : undefined),
  })
  expect(result).toMatchObject({ kind: 'protected', challenge: { scope: ['read', 'write'] } })
  expect(named(findings)).toEqual(['warning token_asked_later'])
})

test.each<[string, () => Response]>([
  ['403', () => Response.json({ error: 'forbidden' }, { status: 403 })],
  [
    '400 with an error that speaks of the token',
    () => Response.json({ error: 'missing token' }, { status: 400 }),
  ],
  [
    '200 with an error',
    () =>
      Response.json({ jsonrpc: '2.0', id: 0, error: { code: -32001, message: 'Unauthorized' } }),
  ],
])('%s in place of 401', async (_, answered) => {
  const { result, findings } = await meetChanged({
    answer: (asked) => (isMcp(asked) && !hasToken(asked) ? answered() : undefined),
  })
  expect(result).toEqual({ kind: 'protected', challenge: undefined })
  expect(named(findings)).toEqual(['error status_not_401'])
})

test('neither protected nor open', async () => {
  for (const status of [400, 406]) {
    const answer = () =>
      Response.json(
        { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'Bad request' } },
        { status },
      )
    const { result, findings } = await meetChanged({ answer })
    expect(result).toBeUndefined()
    expect(named(findings)).toEqual(['error mcp_not_spoken'])
  }
  const elsewhere = await meetChanged({ answer: () => new Response(null, { status: 404 }) })
  expect(named(elsewhere.findings)).toEqual(['error mcp_not_spoken'])
})

const withAnyToken: Changes['answer'] = (asked) =>
  isMcp(asked) && hasToken(asked) ? Response.json(opened) : undefined

test('tokens that nobody issued are accepted', async () => {
  const { findings } = await meetChanged({ answer: withAnyToken })
  expect(named(findings)).toEqual(['error any_token_accepted'])
  expect(findings[0]?.got).toBe('200 with a made-up token and an unsigned JWT')
  const unsignedAlone = await meetChanged({
    answer: (asked) =>
      asked.headers.get('authorization')?.startsWith('Bearer ey')
        ? withAnyToken(asked, null!)
        : undefined,
  })
  expect(unsignedAlone.findings[0]?.got).toBe('200 with an unsigned JWT')
})

test('a bad token is answered with 403', async () => {
  const { findings } = await meetChanged({
    answer: (asked) =>
      hasToken(asked) ? Response.json({ error: 'forbidden' }, { status: 403 }) : undefined,
  })
  expect(named(findings)).toEqual(['error unknown_token_not_401'])
})

test('a bad token makes the server fail: whether an expired one does is not seen', async () => {
  const { findings } = await meetChanged({
    answer: (asked) =>
      hasToken(asked) ? Response.json({ error: 'server_error' }, { status: 500 }) : undefined,
  })
  expect(named(findings)).toEqual(['warning unknown_token_not_401'])
})

test('a token in the query is looked at, or even accepted', async () => {
  const inQuery = ({ url }: Asked) => url.searchParams.has('access_token')
  const read = await meetChanged({
    answer: (asked) =>
      inQuery(asked)
        ? new Response(null, {
            status: 401,
            headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
          })
        : undefined,
  })
  expect(named(read.findings)).toEqual(['warning query_token_read'])
  const accepted = await meetChanged({
    answer: (asked) => (inQuery(asked) ? Response.json(opened) : undefined),
  })
  expect(named(accepted.findings)).toEqual(['error query_token_read'])
})

test('HEAD and the newest revision are answered otherwise', async () => {
  const { findings } = await meetChanged({
    answer: (asked) => {
      if (!isMcp(asked) || hasToken(asked)) return undefined
      if (asked.method === 'HEAD') return new Response(null, { status: 405 })
      if (!asked.headers.has('mcp-protocol-version')) return undefined
      return Response.json({ jsonrpc: '2.0', id: 1, error: { code: -32000 } }, { status: 400 })
    },
  })
  expect(named(findings)).toEqual(['warning head_not_challenged', 'warning revision_before_token'])
  expect(findings[0]?.breaks).toEqual(['gemini-cli'])
})

test('who leaves HEAD without an answer is not judged', async () => {
  const answer: Changes['answer'] = ({ method }) => (method === 'HEAD' ? 'hang_up' : undefined)
  expect((await meetChanged({ answer })).findings).toEqual([])
})

const bearer = (rest: string) => `Bearer error="invalid_token", ${rest}`

test.each<[string, string | null, readonly string[]]>([
  ['none', null, ['error challenge_missing']],
  ['Basic', 'Basic realm="x"', ['error challenge_not_bearer']],
  ['unreadable', 'Bearer: resource_metadata="https://x.example/"', ['error challenge_malformed']],
  [
    'without quotes',
    bearer('resource_metadata=https://x.example/, scope="a"'),
    [
      'warning challenge_malformed',
      'warning challenge_metadata_elsewhere',
      'note error_without_token',
    ],
  ],
  [
    'twice',
    `${bearer('resource_metadata="https://x.example/", scope="a"')}, Bearer realm="x"`,
    [
      'warning challenge_repeated',
      'warning challenge_metadata_elsewhere',
      'note error_without_token',
    ],
  ],
  [
    'without metadata and scope',
    bearer('realm="x"'),
    [
      'warning challenge_without_metadata',
      'note challenge_without_scope',
      'note error_without_token',
    ],
  ],
  [
    'a path',
    bearer('resource_metadata="/.well-known/oauth-protected-resource", scope="a"'),
    ['error challenge_metadata_not_absolute', 'note error_without_token'],
  ],
  [
    'unnamed',
    'Bearer resource_metadata="https://mcp.example/x", scope="a"',
    ['warning challenge_metadata_elsewhere', 'warning bad_token_unnamed'],
  ],
])('WWW-Authenticate: %s', async (_, challenge, expected) => {
  const { findings } = await meetChanged({ challenge })
  expect(named(findings)).toEqual(expected)
})

test.each([
  ['http://mcp.example/.well-known/oauth-protected-resource/mcp', 'error challenge_metadata_http'],
  [
    'http://localhost:3000/.well-known/oauth-protected-resource/mcp',
    'error challenge_metadata_local',
  ],
])('a public server names %s', async (url, finding) => {
  const challenge = bearer(`resource_metadata="${url}", scope="a"`)
  const { findings } = await meetChanged({ public: true, challenge })
  expect(named(findings)).toContain(finding)
  expect(findings[0]?.expected).toBe('https://mcp.example/.well-known/oauth-protected-resource/mcp')
})

test('a gateway renames the header; the 401 is a page', async () => {
  const mend = (response: Response) => {
    const header = response.headers.get('www-authenticate')
    if (!header) return response
    const headers = { 'content-type': 'text/html', 'x-amzn-remapped-www-authenticate': header }
    return new Response('<html>Unauthorized</html>', { status: response.status, headers })
  }
  const { findings } = await meetChanged({ mend })
  expect(named(findings)).toEqual(['warning challenge_is_page', 'error challenge_renamed'])
})
