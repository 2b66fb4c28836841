import { personaSchema } from '../persona.ts'

export const claudeCode = personaSchema.parse({
  title: 'Claude Code',
  version: '2.1',
  row: 'CL-03',
  runs: 'computer',
  clientInfo: { name: 'claude-code', version: '2.1.220' },
  discovery: {
    resourceMetadata: ['challenge', 'path', 'root'],
    resourceMatch: 'prefix',
    onOtherResource: 'stop',
    serverMetadata: ['oauth', 'openid', 'openid_appended'],
    checksIssuer: false,
    assumesEndpoints: true,
  },
  registration: {
    ways: ['document', 'dynamic', 'static'],
    document: {
      url: 'https://claude.ai/oauth/claude-code-client-metadata',
      metadata: {
        client_name: 'Claude Code',
        client_uri: 'https://claude.ai',
        redirect_uris: ['http://localhost/callback', 'http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    },
    metadata: {
      client_name: 'Claude Code (neonpanel)',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    redirectUris: ['http://localhost:{port}/callback'],
    scope: 'requested',
  },
  redirect: { uri: 'http://localhost:{port}/callback', preferredPort: 3118 },
  authorization: {
    scope: ['challenge', 'resource'],
    offlineAccess: 'when_listed',
    resource: 'metadata',
    checksIss: true,
  },
  refresh: { sendsResource: true, concurrent: 3 },
  transport: { order: ['streamable', 'sse'], fallsBackOn: [404, 405], revision: '2025-11-25' },
  habits: [
    'Comes back to a loopback port that its metadata document does not name, and the document says no `application_type`.',
    'Several of its processes renew with one refresh token at one moment.',
    'Appends `offline_access` where the server lists it.',
  ],
  sources: [
    {
      kind: 'documentation',
      url: 'https://code.claude.com/docs/en/mcp',
      says: 'Scopes, `--client-id`, `--client-secret`, `--callback-port`.',
    },
    {
      kind: 'thread',
      url: 'https://github.com/anthropics/claude-code/issues/37747',
      says: 'Metadata document since 2.1.80, without port; callback on port 3118.',
    },
    {
      kind: 'thread',
      url: 'https://github.com/anthropics/claude-code/issues/64705',
      says: 'The document declares no `application_type`.',
    },
    {
      kind: 'run',
      url: 'https://github.com/elmohq/elmo/pull/684',
      says: 'Its registration was logged: `application_type` native.',
    },
    {
      kind: 'thread',
      url: 'https://github.com/anthropics/claude-code/issues/85236',
      says: 'Concurrent renewals.',
    },
  ],
  assumed: ['MCP revision', 'check of `iss`', 'three processes'],
  paste: [
    'Run, then /mcp in Claude Code to sign in:',
    '  claude mcp add --transport http neonpanel {mcp_url} --client-id {client_id} --callback-port 3118',
  ],
})
