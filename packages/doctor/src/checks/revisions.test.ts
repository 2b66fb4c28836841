import { expect, test } from 'vitest'
import type { Changes } from '../testing/changes.ts'
import { examineArea, named } from '../testing/findings.ts'
import type { Answered, Asked } from '../testing/play.ts'
import { startServers } from '../testing/servers.ts'
import { examineRevisions } from './revisions.ts'

async function examined(changes: Changes, { signedIn = false } = {}) {
  await using servers = await startServers(changes)
  const token = signedIn ? (await servers.session()).accessToken : undefined
  const entry = changes.open
    ? ({ kind: 'open' } as const)
    : ({ kind: 'protected', challenge: undefined } as const)
  const { result, findings } = await examineArea(servers.mcpUrl, 'revisions', (x) =>
    examineRevisions(x, { entry, token }),
  )
  return { result, findings, named: named(findings), requests: [...servers.resource.requests] }
}

type Message = { id?: unknown; method?: string; params?: { protocolVersion?: string } }

/** Answers some of the requests of an open server in its place. */
const answering = (
  answer: (message: Message, asked: Asked) => Answered | undefined,
  open = true,
): Changes => ({
  open,
  answer: (asked) => answer(asked.body ? JSON.parse(asked.body) : {}, asked),
})

const isModern = ({ headers }: Asked) => headers.get('mcp-protocol-version') === '2026-07-28'
const failure = (status: number) => new Response('<h1>Error</h1>', { status })
const json = (body: unknown, init?: ResponseInit) => Response.json(body, init)

const spoken = 'note revisions_spoken'
const batch = 'note batch_refused'

test('finds nothing wrong with healthy servers, and leaves no session', async () => {
  const open = await examined({ open: true })
  expect(open.named).toEqual([batch, spoken])
  expect(open.result?.revisions).toEqual(['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26'])
  const ended = open.requests.filter(({ method }) => method === 'DELETE')
  const sessions = new Set(ended.map(({ headers }) => headers.get('mcp-session-id')))
  expect(sessions.size).toBe(4)
  expect((await examined({}, { signedIn: true })).named).toEqual([batch, spoken])
})

test('without a token asks only whether each revision is asked for one', async () => {
  const { findings, result, requests } = await examined({})
  expect(findings).toEqual([])
  expect(result).toEqual({ revisions: [] })
  expect(requests).toHaveLength(5)
})

test('says nothing where the token is not taken', async () => {
  const challenge = () => new Response(null, { status: 401 })
  const { findings } = await examined(answering(challenge, false), { signedIn: true })
  expect(findings).toEqual([])
})

test.each<[string, Changes, string]>([
  [
    'initialize of 2025-06-18',
    answering(
      ({ params }) => (params?.protocolVersion === '2025-06-18' ? failure(400) : undefined),
      false,
    ),
    'error initialize_not_challenged',
  ],
  [
    'a header of 2026-07-28',
    answering((_, asked) => (isModern(asked) ? failure(400) : undefined), false),
    'warning modern_request_not_challenged',
  ],
  [
    'a header of 2026-07-28 that breaks the server',
    answering((_, asked) => (isModern(asked) ? failure(500) : undefined), false),
    'error modern_probe_breaks',
  ],
  [
    'GET',
    answering((_, { method }) => (method === 'GET' ? failure(406) : undefined), false),
    'warning stream_not_challenged',
  ],
  [
    'a stream',
    answering((_, { method }) => (method === 'GET' ? eventStream(': open\n\n') : undefined), false),
    'error stream_open_without_token',
  ],
])('without a token, refused before the token is asked for: %s', async (_, changes, expected) => {
  const { findings, named } = await examined(changes)
  expect(named).toEqual([expected])
  expect(findings[0]?.exchanges.length).toBeGreaterThan(0)
})

test('says nothing where nobody is asked for a token', async () => {
  const everything = answering(() => failure(400), false)
  expect((await examined(everything)).findings).toEqual([])
})

const eventStream = (text: string) =>
  new Response(text, { headers: { 'content-type': 'text/event-stream' } })

const whole = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  serverInfo: { name: 'one', version: '1' },
}

/** `initialize` answered with other members. */
const initializing = (members: Record<string, unknown>) =>
  answering(({ id, method }) =>
    method === 'initialize'
      ? json({ jsonrpc: '2.0', id, result: { ...whole, ...members } })
      : undefined,
  )

test.each<[string, Changes, string]>([
  [
    'no result',
    answering(({ method }) => (method === 'initialize' ? failure(500) : undefined)),
    'error initialize_refused',
  ],
  ['no serverInfo', initializing({ serverInfo: undefined }), 'error initialize_result_incomplete'],
  [
    'a revision of nobody',
    initializing({ protocolVersion: '1.0' }),
    'error revision_unknown_to_clients',
  ],
  [
    'another id',
    answering(({ method }) =>
      method === 'initialize' ? json({ jsonrpc: '2.0', id: 0, result: whole }) : undefined,
    ),
    'error response_id_changed',
  ],
  [
    'no content type',
    answering(({ id, method }) =>
      method === 'initialize'
        ? new Response(JSON.stringify({ jsonrpc: '2.0', id, result: whole }))
        : undefined,
    ),
    'error mcp_content_type_wrong',
  ],
  [
    'an echo',
    answering(({ id, method, params }) =>
      method === 'initialize' && params?.protocolVersion === '2099-01-01'
        ? json({ jsonrpc: '2.0', id, result: { ...whole, ...params } })
        : undefined,
    ),
    'warning unknown_revision_echoed',
  ],
  [
    'no negotiation',
    answering(({ method, params }) =>
      method === 'initialize' && params?.protocolVersion === '2099-01-01'
        ? failure(400)
        : undefined,
    ),
    'warning unknown_revision_refused',
  ],
  [
    'a refused notification',
    answering(({ method }) => (method === 'notifications/initialized' ? failure(400) : undefined)),
    'error notification_refused',
  ],
  [
    'an answered notification',
    answering(({ method }) => (method === 'notifications/initialized' ? json({}) : undefined)),
    'note notification_status',
  ],
  [
    'a page for an unknown method',
    answering(({ method }, asked) =>
      method === 'neonpanel/doctor/nothing' && !isModern(asked) ? failure(500) : undefined,
    ),
    'warning unknown_method_answer',
  ],
  [
    'an outage at what is no message',
    answering((_, { body }) => (body === '"no message"' ? failure(500) : undefined)),
    'warning invalid_message_breaks',
  ],
  [
    'any version header',
    answering(({ id }, { headers }) =>
      headers.get('mcp-protocol-version') === '1900-01-01'
        ? json({ jsonrpc: '2.0', id, result: {} })
        : undefined,
    ),
    'warning bad_version_accepted',
  ],
  [
    'a session that DELETE does not end',
    answering((_, { method }) => (method === 'DELETE' ? failure(400) : undefined)),
    'warning session_not_ended',
  ],
  [
    'a session that goes on',
    answering((_, { method }) =>
      method === 'DELETE' ? new Response(null, { status: 204 }) : undefined,
    ),
    'warning ended_session_lives',
  ],
  [
    'GET with a page',
    answering((_, { method }) => (method === 'GET' ? json({ status: 'ok' }) : undefined)),
    'warning get_without_stream',
  ],
  [
    'GET that breaks',
    answering((_, { method }) => (method === 'GET' ? failure(500) : undefined)),
    'warning get_breaks',
  ],
  [
    'an endpoint elsewhere',
    answering((_, { method }) =>
      method === 'GET'
        ? eventStream('event: endpoint\ndata: http://inner:8080/mcp\n\n')
        : undefined,
    ),
    'error endpoint_of_other_origin',
  ],
  [
    'an outage at server/discover',
    answering(({ method }) => (method === 'server/discover' ? failure(500) : undefined)),
    'error modern_probe_breaks',
  ],
  [
    'a page for server/discover',
    answering(({ method }) => (method === 'server/discover' ? failure(200) : undefined)),
    'error modern_probe_breaks',
  ],
  [
    'nothing for server/discover',
    answering(({ method }) => (method === 'server/discover' ? 'hang_up' : undefined)),
    'error modern_probe_breaks',
  ],
  [
    'half a discovery',
    { open: true, results: { 'server/discover': { supportedVersions: ['2026-07-28'] } } },
    'warning discover_result_incomplete',
  ],
  [
    'headers that nobody compares',
    answering(({ id, method }, { headers }) =>
      method === 'server/discover' && !headers.has('mcp-method')
        ? json({ jsonrpc: '2.0', id, result: {} })
        : undefined,
    ),
    'warning headers_not_compared',
  ],
  [
    'a refusal without the list',
    answering((_, { headers }) =>
      headers.get('mcp-protocol-version') === '2099-01-01' ? failure(400) : undefined,
    ),
    'warning unsupported_version_answer',
  ],
  [
    'an unknown method with 200',
    answering(({ id, method }, asked) =>
      method === 'neonpanel/doctor/nothing' && isModern(asked)
        ? json({ jsonrpc: '2.0', id, error: { code: -32601, message: 'no' } })
        : undefined,
    ),
    'note modern_unknown_method',
  ],
])('%s', async (_, changes, expected) => {
  const { findings, named } = await examined(changes)
  expect(named.filter((one) => one !== spoken && one !== batch)).toEqual([expected])
  const finding = findings.find(({ id }) => expected.endsWith(id))
  expect(finding?.got).toBeTruthy()
  expect(finding?.exchanges.length).toBeGreaterThan(0)
})

test('a later revision than was offered is one that the client does not know', async () => {
  const { named, result } = await examined(initializing({}))
  expect(named).toContain('warning older_revision_refused')
  expect(result?.revisions).toEqual(['2026-07-28', '2025-11-25'])
})

test('an unknown session is answered 404', async () => {
  const sessions = new Set<string>()
  const { named } = await examined({
    open: true,
    mend(response, { headers }) {
      const given = response.headers.get('mcp-session-id')
      if (given) sessions.add(given)
      const session = headers.get('mcp-session-id')
      const isUnknown = session !== null && !sessions.has(session)
      return isUnknown ? failure(400) : response
    },
  })
  expect(named).toEqual(['warning unknown_session_status', batch, spoken])
})

test('a server of 2024-11-05 alone', async () => {
  const { named, result } = await examined(
    answering((_, { method }) =>
      method === 'GET' ? eventStream('event: endpoint\ndata: /mcp?sessionId=1\n\n') : failure(404),
    ),
  )
  expect(named).toEqual(['error only_event_stream', spoken])
  expect(result?.revisions).toEqual(['2024-11-05'])
})

test('a server that has the old transport beside one that fails', async () => {
  const { named } = await examined(
    answering((_, { method }) =>
      method === 'GET' ? eventStream('event: endpoint\ndata: /mcp?sessionId=1\n\n') : failure(400),
    ),
  )
  expect(named).toEqual(['error initialize_refused', spoken])
})

test('a server of 2025 alone is a good one', async () => {
  const { named, result } = await examined(
    answering((_, asked) => (isModern(asked) ? failure(400) : undefined)),
  )
  expect(named).toEqual([batch, spoken])
  expect(result?.revisions[0]).toBe('2025-11-25')
})

test('a stream that says nothing is an answer', async () => {
  const silent = () => {
    const open = new TextEncoder().encode(': open\n\n')
    const stream = new ReadableStream({ start: (controller) => controller.enqueue(open) })
    return new Response(stream, { headers: { 'content-type': 'text/event-stream' } })
  }
  const silence = (open: boolean) =>
    answering((_, { method }) => (method === 'GET' ? silent() : undefined), open)
  expect((await examined(silence(true))).named).toEqual([batch, spoken])
  expect((await examined(silence(false))).named).toEqual(['error stream_open_without_token'])
})
