import { personaSchema } from '../persona.ts'

export const inspector = personaSchema.parse({
  title: 'MCP Inspector',
  version: '2.12.0',
  row: 'CL-06',
  runs: 'page',
  origin: 'http://localhost:6274',
  clientInfo: { name: 'inspector-client', version: '2.12.0' },
  discovery: {
    resourceMetadata: ['challenge', 'path', 'root'],
    resourceMatch: 'prefix',
    onOtherResource: 'stop',
    serverMetadata: ['oauth', 'openid', 'openid_appended'],
    checksIssuer: true,
    assumesEndpoints: true,
  },
  registration: {
    ways: ['dynamic', 'static'],
    metadata: {
      client_name: 'MCP Inspector',
      client_uri: 'https://github.com/modelcontextprotocol/inspector',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    redirectUris: ['http://localhost:6274/oauth/callback'],
    scope: 'empty',
  },
  redirect: { uri: 'http://localhost:6274/oauth/callback' },
  authorization: {
    scope: ['challenge', 'resource'],
    offlineAccess: 'when_listed',
    promptsForOfflineAccess: true,
    resource: 'metadata',
    checksIss: true,
  },
  refresh: { sendsResource: true },
  transport: { order: ['streamable', 'sse'], fallsBackOn: [404, 405], revision: '2025-11-25' },
  habits: [
    'Runs in a page: metadata, registration, token and MCP endpoints need CORS, and exposed headers.',
    'May register with `scope: ""`.',
    'A known id comes from the person; a metadata document only when its command line is given one.',
  ],
  sources: [
    {
      kind: 'code',
      url: 'https://github.com/modelcontextprotocol/inspector',
      says: 'Callbacks, body of its registration, ways in (at 86d5f58).',
    },
    {
      kind: 'run',
      url: 'https://www.npmjs.com/package/@modelcontextprotocol/inspector/v/2.12.0',
      says: 'Its command line runs in e2e/clients/inspector.test.ts.',
    },
    {
      kind: 'thread',
      url: 'https://github.com/modelcontextprotocol/inspector/issues/571',
      says: 'Without CORS at registration and metadata the page is stuck.',
    },
  ],
  paste: [
    'npx @modelcontextprotocol/inspector, then:',
    '  Transport Type  Streamable HTTP',
    '  URL             {mcp_url}',
    '  Authentication  OAuth 2.0, Client ID {client_id}',
  ],
})
