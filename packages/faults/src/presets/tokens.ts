import type { PresetDefinition } from './preset.ts'

const where = { endpoint: 'token' } as const

/** What goes wrong at the token endpoint and with what it issues. */
export const tokenPresets = {
  'token-endpoint-wants-basic': {
    title: 'Token endpoint wants Basic',
    story:
      'The token endpoint took nothing but client_secret_basic, so clients without a secret were refused.',
    goodClient: 'says that it has no secret to present.',
    sources: ['incident of this stack'],
    where,
    what: {
      oauth_error: {
        error: 'invalid_client',
        error_description: 'client_secret_basic is required',
      },
      headers: { 'WWW-Authenticate': 'Basic realm="token"' },
    },
  },
  'token-503': {
    title: 'Token endpoint answers 503',
    story:
      'The token endpoint was away for a moment, as a failure scenario in many test suites has it.',
    goodClient: 'waits, then retries with the same code once.',
    sources: ['navikt/mock-oauth2-server#345', 'Soluto/oidc-server-mock#93'],
    where,
    what: {
      status: 503,
      body: { error: 'temporarily_unavailable', error_description: 'Try again in a moment.' },
      headers: { 'Retry-After': '5' },
    },
  },
  'resource-refused': {
    title: 'Resource refused',
    story:
      'The resource came with a slash, or as the bare origin, and the token endpoint knew neither.',
    goodClient: 'sends the resource as the metadata spells it.',
    sources: ['anthropics/claude-code#52871', 'objectstack-ai/objectstack#16530'],
    where,
    what: {
      oauth_error: {
        error: 'invalid_target',
        error_description: 'resource indicator is missing, or unknown',
      },
    },
  },
  'token-type-missing': {
    title: 'Token without a type',
    story:
      'A token was issued and never sent: the answer lacked token_type and the client threw it away.',
    goodClient: 'says what the answer lacks.',
    sources: [
      'anthropics/claude-ai-mcp#968',
      'anthropics/claude-ai-mcp#549',
      'anthropics/claude-code#88831',
    ],
    where,
    what: { json: { remove: ['token_type'] } },
  },
  'tokens-expire-at-once': {
    title: 'Access tokens expire in 5 s',
    story:
      'A test that waits an hour for expiry is never written; here every token is five seconds long.',
    goodClient: 'refreshes after the 401 and repeats the call.',
    sources: ['dwmkerr/mock-llm#92'],
    where,
    what: { issued_token: { ttl_seconds: 5 }, json: { set: { expires_in: 5 } } },
  },
  'tokens-expired': {
    title: 'Access tokens have expired when issued',
    story: 'A clock was an hour behind, and every new token was refused.',
    goodClient: 'does not refresh for ever.',
    sources: ['dwmkerr/mock-llm#92'],
    where,
    what: { issued_token: { ttl_seconds: -3600 } },
  },
  'wrong-audience': {
    title: 'Wrong audience',
    story:
      'Access tokens carried the audience of another resource, so the MCP server refused them.',
    goodClient: 'asks again for the resource that it found in discovery, and stops after one try.',
    sources: ['sigbit/mcp-auth-proxy#123'],
    where,
    what: { issued_token: { claims: { aud: 'https://mcp.invalid/mcp' } } },
  },
  'audience-trailing-slash': {
    title: 'Audience with a trailing slash',
    story:
      'The token’s aud had a slash that the metadata’s resource had not, and the client signed in again for ever.',
    goodClient: 'stops after one try and shows both spellings.',
    sources: ['sigbit/mcp-auth-proxy#123', 'vercel/ai#13988'],
    where,
    what: { issued_token: { claims: { aud: '{value}/' } } },
  },
  'rogue-key': {
    title: 'Signed by a rogue',
    story: 'A key of nobody signed the token under the server’s key id.',
    goodClient: 'shows the 401, and does not sign in for ever.',
    sources: ['getsentry/junior#838'],
    where,
    what: { issued_token: { key: 'rogue' } },
  },
  'no-refresh-token': {
    title: 'No refresh token',
    story:
      'offline_access was never asked for, no refresh token came, and the connection died quietly after an hour.',
    goodClient: 'sends the person to sign in when the token ends.',
    sources: [
      'anthropics/claude-ai-mcp#228',
      'anthropics/claude-ai-mcp#840',
      'anthropics/claude-code#65036',
    ],
    where,
    what: { json: { remove: ['refresh_token'] } },
  },
  'refresh-reuse': {
    title: 'Refresh reuse',
    story:
      'Two windows refreshed at once; the loser was told that its token had been used, and wiped the winner’s.',
    goodClient: 'looks whether another process has newer tokens, then sends the person to sign in.',
    sources: [
      'PrefectHQ/fastmcp#4901',
      'google-gemini/gemini-cli#29048',
      'opencode#34074',
      'HQBase/hqbase#41',
      'vercel/ai#20674',
    ],
    where,
    what: { as_if: 'refresh_token_used' },
  },
  'code-used': {
    title: 'Code already used',
    story: 'A proxy repeated the request, and the answer that arrived was that of the second one.',
    goodClient: 'starts again, once.',
    sources: ['getsentry/junior#838'],
    where,
    what: { as_if: 'code_used' },
  },
  'token-answers-html': {
    title: 'Token endpoint answers HTML',
    story:
      'A web application firewall answered with its page, status 403, where the client expected JSON.',
    goodClient: 'says the status, not that JSON is broken.',
    sources: ['anthropics/claude-ai-mcp#134'],
    where,
    what: { html: '<html><body><h1>Request blocked</h1></body></html>', status: 403 },
  },
} satisfies Record<string, PresetDefinition>
