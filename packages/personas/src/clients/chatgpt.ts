import { personaSchema } from '../persona.ts'

export const chatgpt = personaSchema.parse({
  title: 'ChatGPT',
  version: 'Apps SDK documentation, 2026-11',
  row: 'CL-01',
  runs: 'cloud',
  clientInfo: { name: 'openai-mcp', version: '1.0.0' },
  discovery: {
    resourceMetadata: ['challenge', 'path', 'root'],
    resourceMatch: 'unchecked',
    onOtherResource: 'ignore',
    serverMetadata: ['oauth', 'openid', 'openid_appended'],
    checksIssuer: false,
    assumesEndpoints: false,
  },
  registration: {
    ways: ['document', 'dynamic', 'static'],
    document: {
      url: 'https://chatgpt.com/oauth/client.json',
      urlWithoutIss: 'https://chatgpt.com/oauth/{callback_id}/client.json',
      hasKeys: true,
      metadata: {
        client_name: 'ChatGPT',
        redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
        token_endpoint_auth_signing_alg: 'RS256',
        jwks_uri: 'https://chatgpt.com/oauth/jwks.json',
      },
    },
    metadata: {
      client_name: 'ChatGPT',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    redirectUris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
    scope: 'omitted',
  },
  redirect: {
    uri: 'https://chatgpt.com/connector_platform_oauth_redirect',
    uriWithoutIss: 'https://chatgpt.com/connector/oauth/{callback_id}',
  },
  authorization: {
    scope: ['resource'],
    offlineAccess: 'never',
    resource: 'metadata',
    reconnectsWithoutScope: true,
    checksIss: true,
  },
  refresh: { sendsResource: true },
  transport: { order: ['streamable'], fallsBackOn: [], revision: '2025-11-25' },
  habits: [
    'Comes back to one stable callback where the server announces and sends `iss`, else to one per connection.',
    'Proves itself with a key (`private_key_jwt`, RS256) when its metadata document is its client id.',
    'Leaves out `scope` when the person connects again.',
    'Never asks for `offline_access`, and expects a refresh token.',
  ],
  sources: [
    {
      kind: 'documentation',
      url: 'https://developers.openai.com/apps-sdk/build/auth',
      says: 'Metadata document, registration, redirect URIs, keys, `resource` on both requests.',
    },
    {
      kind: 'thread',
      url: 'https://community.openai.com/t/1366784',
      says: 'A reconnect carries no `scope`.',
    },
    {
      kind: 'thread',
      url: 'https://github.com/Altinity/altinity-mcp/issues/118',
      says: 'Its metadata document authenticates by `private_key_jwt`.',
    },
  ],
  assumed: ['order of the metadata documents', 'clientInfo', 'MCP revision', 'check of `iss`'],
  paste: [
    'Settings → Apps & Connectors → Advanced → Developer mode, then Create:',
    '  MCP Server URL     {mcp_url}',
    '  Authentication     OAuth',
    '  Client ID          {client_id}',
    '  Authorization URL  {issuer}/oauth2/authorize',
    '  Token URL          {issuer}/oauth2/token',
  ],
})
