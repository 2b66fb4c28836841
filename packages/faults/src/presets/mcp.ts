import type { PresetDefinition } from './preset.ts'

const where = { endpoint: 'mcp' } as const

/** What goes wrong at the MCP server, token in hand. */
export const mcpPresets = {
  'unauthorized-once': {
    title: '401 once',
    story: 'The resource server had not heard of the token yet; a moment later it would have.',
    goodClient: 'refreshes and repeats the call, once.',
    sources: ['getsentry/junior#838'],
    where: { step: 'connect', nth: 1 },
    what: {
      challenge: {
        error: 'invalid_token',
        error_description: 'The access token is not known.',
        scope: 'read:companies read:inventory',
      },
    },
  },
  'step-up-for-ever': {
    title: '403 whatever is granted',
    story:
      'Every call asked for a further scope, also with a token that had it; the client opened one browser window after the other.',
    goodClient: 'steps up once, then says that the scope does not help.',
    sources: ['metabase/metabase#82452', 'metabase/metabase#82527'],
    where: { step: 'tool_call' },
    what: {
      challenge: {
        status: 403,
        error: 'insufficient_scope',
        error_description: 'This call needs the scopes read:cogs.',
        scope: 'read:cogs',
      },
    },
  },
  'revoked-grant': {
    title: 'Revoked grant',
    story: 'The call is answered as if the person had revoked access; the real grant stays.',
    goodClient: 'drops its tokens and offers to connect again.',
    sources: ['dwmkerr/mock-llm#92'],
    where: {},
    what: { as_if: 'grant_revoked' },
  },
  'challenge-without-metadata': {
    title: 'Challenge without resource_metadata',
    story:
      'The 401 did not say where the metadata is, and clients that only look there found nothing.',
    goodClient: 'tries the well-known locations.',
    sources: ['getsentry/junior#838', 'open-metadata/OpenMetadata#30673'],
    where: { endpoint: 'mcp', step: 'discovery' },
    what: { challenge: { resource_metadata: null } },
  },
  'mcp-rate-limited': {
    title: '429 with Retry-After',
    story: 'The server was busy and said for how long.',
    goodClient: 'waits that long and repeats the call.',
    sources: ['smart-mcp-proxy/mcpproxy-go'],
    where: { step: 'tool_call' },
    what: { rate_limited: { retry_after_seconds: 1 } },
  },
  'session-lost': {
    title: 'Session lost',
    story: 'The server restarted, and every message of an old session was 404.',
    goodClient: 'initializes anew without being asked.',
    sources: ['PrefectHQ/fastmcp#2027'],
    where: { step: 'tool_call' },
    what: {
      status: 404,
      body: { jsonrpc: '2.0', id: null, error: { code: -32001, message: 'Session not found' } },
    },
  },
  'slow-mcp': {
    title: 'Slow MCP responses',
    story: 'Each answer waits before its first byte.',
    goodClient: 'shows progress and times out no sooner than 30 s.',
    sources: ['getsentry/junior#838'],
    where,
    what: { delay_ms: 8000 },
  },
  'stream-cut': {
    title: 'Stream cut',
    story: 'A proxy ended the stream before the answer was in it.',
    goodClient: 'resumes the stream, or repeats what is safe to repeat.',
    sources: ['getsentry/junior#838'],
    where,
    what: { events: { cut_after: 0 } },
  },
} satisfies Record<string, PresetDefinition>
