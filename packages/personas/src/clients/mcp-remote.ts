import { personaSchema } from '../persona.ts'

export const mcpRemote = personaSchema.parse({
  title: 'mcp-remote',
  version: '0.15.1',
  row: 'CL-07',
  runs: 'computer',
  clientInfo: { name: 'mcp-remote', version: '0.15.1' },
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
      client_name: 'MCP CLI Proxy',
      client_uri: 'https://github.com/modelcontextprotocol/mcp-cli',
      software_id: '2e6dc280-f3c3-4e01-99a7-8181dbd1d23d',
      software_version: '0.15.1',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    redirectUris: ['http://localhost:{port}/oauth/callback'],
    scope: 'requested',
  },
  redirect: { uri: 'http://localhost:{port}/oauth/callback' },
  authorization: {
    scope: ['challenge', 'resource', 'server'],
    fallbackScope: 'openid email profile',
    offlineAccess: 'when_listed',
    promptsForOfflineAccess: true,
    resource: 'metadata',
    checksIss: true,
  },
  refresh: { sendsResource: true },
  transport: { order: ['streamable', 'sse'], fallsBackOn: [404, 405], revision: '2025-11-25' },
  habits: [
    'Listens on a port that it computes from the entered URL.',
    'Registers with `software_id` and `software_version`; version 0.1.38 says no `application_type`.',
    'Asks for `openid email profile` when nobody names scopes.',
    'Tries HTTP+SSE only after 404 or 405.',
  ],
  sources: [
    {
      kind: 'code',
      url: 'https://www.npmjs.com/package/mcp-remote/v/0.15.1',
      says: 'Registration, order of scopes, authentication method.',
    },
    {
      kind: 'run',
      url: 'https://github.com/punkpeye/mcp-remote',
      says: 'It runs in e2e/clients/mcp-remote.test.ts.',
    },
  ],
  earlier: [
    {
      version: '0.1.38',
      metadata: {
        application_type: null,
        client_uri: 'https://github.com/geelen/mcp-remote',
        software_version: '0.1.38',
      },
    },
  ],
  paste: [`npx mcp-remote {mcp_url} --static-oauth-client-info '{"client_id":"{client_id}"}'`],
})
