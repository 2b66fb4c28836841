import { personaSchema } from '../persona.ts'

const redirectUris = [
  'https://claude.ai/api/mcp/auth_callback',
  'https://claude.com/api/mcp/auth_callback',
]

export const claude = personaSchema.parse({
  title: 'Claude',
  version: 'claude.ai, 2026-11',
  row: 'CL-02',
  runs: 'cloud',
  userAgent: 'Claude-User',
  clientInfo: { name: 'Anthropic/ClaudeAI', version: '1.0.0' },
  discovery: {
    resourceMetadata: ['challenge', 'path', 'root'],
    resourceMatch: 'exact',
    onOtherResource: 'stop',
    serverMetadata: ['oauth', 'openid', 'openid_appended'],
    checksIssuer: false,
    assumesEndpoints: true,
  },
  registration: {
    ways: ['document', 'dynamic', 'static'],
    document: {
      url: 'https://claude.ai/oauth/mcp-oauth-client-metadata',
      needsPublicClients: true,
      metadata: {
        client_name: 'Claude',
        client_uri: 'https://claude.ai',
        redirect_uris: redirectUris,
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    },
    metadata: {
      client_name: 'Claude',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    redirectUris,
    scope: 'requested',
  },
  redirect: { uri: 'https://claude.ai/api/mcp/auth_callback' },
  authorization: {
    scope: ['challenge', 'resource'],
    offlineAccess: 'never',
    resource: 'metadata',
    checksIss: true,
  },
  refresh: { sendsResource: true },
  transport: { order: ['streamable', 'sse'], fallsBackOn: [404, 405], revision: '2025-11-25' },
  habits: [
    'Starts to sign in on HTTP 401 only: 200 with an error in the body, or 403, is a broken server.',
    'Looks at the first of `authorization_servers` only.',
    'The `resource` of the metadata must be the URL that was entered, path included.',
    'Takes its metadata document only where the server lists `none` too; else registers anew at every connection.',
    'Never asks for `offline_access`; wants `invalid_grant` for a dead refresh token.',
  ],
  sources: [
    {
      kind: 'documentation',
      url: 'https://claude.com/docs/connectors/building/authentication',
      says: 'Ways in, callbacks, 401, scopes, time limits.',
    },
    {
      kind: 'thread',
      url: 'https://github.com/anthropics/claude-ai-mcp/issues/42',
      says: 'Registers anew for each connection.',
    },
    {
      kind: 'thread',
      url: 'https://github.com/anthropics/claude-ai-mcp/issues/840',
      says: '`offline_access` is never asked for.',
    },
  ],
  assumed: ['user agent', 'clientInfo', 'MCP revision', 'check of `iss`'],
  paste: [
    'Settings → Connectors → Add custom connector:',
    '  Remote MCP server URL               {mcp_url}',
    '  Advanced settings, OAuth Client ID  {client_id}',
  ],
})
