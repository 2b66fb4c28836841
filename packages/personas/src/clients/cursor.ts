import { personaSchema } from '../persona.ts'

export const cursor = personaSchema.parse({
  title: 'Cursor',
  version: '3.13.25',
  row: 'CL-05',
  runs: 'computer',
  clientInfo: { name: 'cursor-vscode', version: '1.0.0' },
  discovery: {
    resourceMetadata: ['challenge', 'path', 'root'],
    resourceMatch: 'prefix',
    onOtherResource: 'stop',
    serverMetadata: ['oauth', 'openid', 'openid_appended'],
    checksIssuer: false,
    assumesEndpoints: true,
  },
  registration: {
    ways: ['dynamic', 'static'],
    metadata: {
      client_name: 'Cursor',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    redirectUris: [
      'cursor://anysphere.cursor-mcp/oauth/callback',
      'https://www.cursor.com/agents/mcp/oauth/callback',
      'http://localhost:8787/callback',
    ],
    scope: 'omitted',
  },
  redirect: { uri: 'cursor://anysphere.cursor-mcp/oauth/callback' },
  authorization: {
    scope: ['resource'],
    offlineAccess: 'never',
    resource: 'metadata',
    checksIss: false,
  },
  refresh: { sendsResource: true },
  transport: { order: ['streamable', 'sse'], fallsBackOn: [404, 405], revision: '2025-06-18' },
  habits: [
    'Registers three redirect URIs in one body: its own scheme, https and loopback.',
    'Says no `application_type`, which means `web` by the specification; older versions say `web`.',
    'Comes back to `cursor://` with a host and without a dot in the scheme.',
    'Has no metadata document: where registration is closed, an id goes into its mcp.json.',
  ],
  sources: [
    {
      kind: 'thread',
      url: 'https://github.com/better-auth/better-auth/issues/10946',
      says: 'The body of its registration, `application_type` web.',
    },
    {
      kind: 'thread',
      url: 'https://github.com/soflyy/agent-connector-for-wp/issues/111',
      says: 'Three redirect URIs; registration at connect.',
    },
    {
      kind: 'thread',
      url: 'https://github.com/elie222/inbox-zero/pull/3780',
      says: 'The redirect with a host that servers refuse.',
    },
  ],
  earlier: [{ version: 'before 3.13', metadata: { application_type: 'web' } }],
  assumed: ['clientInfo', 'MCP revision', 'order of the metadata documents', 'check of `iss`'],
  paste: [
    '.cursor/mcp.json:',
    '{',
    '  "mcpServers": {',
    '    "neonpanel": {',
    '      "url": "{mcp_url}",',
    '      "auth": {',
    '        "CLIENT_ID": "{client_id}"',
    '      }',
    '    }',
    '  }',
    '}',
  ],
})
