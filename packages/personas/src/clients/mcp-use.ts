import { personaSchema } from '../persona.ts'

export const mcpUse = personaSchema.parse({
  title: 'mcp-use',
  version: '031f604',
  row: 'CL-10',
  runs: 'page',
  origin: 'http://localhost:3000',
  clientInfo: { name: 'mcp-use', version: '1.0.0' },
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
      client_name: 'mcp-use',
      client_uri: 'http://localhost:3000',
      logo_uri: 'https://mcp-use.com/logo.png',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    redirectUris: ['http://localhost:3000/oauth/callback'],
    scope: 'omitted',
  },
  redirect: { uri: 'http://localhost:3000/oauth/callback' },
  authorization: {
    scope: ['resource'],
    offlineAccess: 'never',
    resource: 'metadata',
    checksIss: false,
  },
  refresh: { sendsResource: true },
  transport: { order: ['streamable', 'sse'], fallsBackOn: [404, 405], revision: '2025-11-25' },
  readsAccessToken: true,
  habits: [
    'Runs in a page: needs CORS at every endpoint, and `Mcp-Session-Id` exposed.',
    'Registers from the browser.',
    'Reads `exp` from an access token that is a JWT, and renews before it ends.',
  ],
  sources: [
    {
      kind: 'code',
      url: 'https://github.com/mcp-use/mcp-use/blob/031f6046a9d651561f60389b43420a63991df938/libraries/typescript/packages/mcp-use/src/auth/browser-provider.ts',
      says: 'Registration, callback, expiry of tokens.',
    },
  ],
  assumed: ['origin of the page', 'clientInfo', 'MCP revision'],
  paste: [
    'mcp-use has no option for a client id. Before the page connects to {mcp_url}:',
    `  provider.saveClientInformation({ client_id: '{client_id}' })`,
  ],
})
