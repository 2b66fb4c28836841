import { personaSchema } from '../persona.ts'

export const codex = personaSchema.parse({
  title: 'Codex',
  version: '0.147',
  row: 'CL-09',
  runs: 'computer',
  clientInfo: { name: 'codex-mcp-client', version: '0.147.0' },
  discovery: {
    resourceMetadata: ['challenge', 'path', 'root'],
    resourceMatch: 'unchecked',
    onOtherResource: 'ignore',
    serverMetadata: ['oauth', 'openid', 'openid_appended'],
    checksIssuer: false,
    assumesEndpoints: true,
  },
  registration: {
    ways: ['document', 'dynamic', 'static'],
    document: {
      url: 'https://chatgpt.com/oauth/codex/client.json',
      metadata: {
        client_name: 'Codex',
        redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      },
    },
    metadata: {
      client_name: 'Codex',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    redirectUris: ['http://127.0.0.1:{port}/callback/{callback_id}'],
    scope: 'omitted',
  },
  redirect: {
    uri: 'http://127.0.0.1:{port}/callback',
    uriWhenRegistered: 'http://127.0.0.1:{port}/callback/{callback_id}',
  },
  authorization: {
    scope: ['challenge', 'resource'],
    offlineAccess: 'never',
    resource: 'entered',
    checksIss: false,
  },
  refresh: { sendsResource: false },
  transport: { order: ['streamable'], fallsBackOn: [], revision: '2025-06-18' },
  habits: [
    'Renews without `resource`, though it signed in with one.',
    'Comes back to any loopback port; its metadata document names none.',
    'The callback of a registered client ends in an id computed from the entered URL.',
  ],
  sources: [
    {
      kind: 'code',
      url: 'https://github.com/openai/codex/blob/18b3cfcb60746d54e5d90bb105d363d7ace1d254/codex-rs/rmcp-client/src/perform_oauth_login.rs',
      says: 'Callback and its id; `iss` is not read.',
    },
    {
      kind: 'thread',
      url: 'https://github.com/openai/codex/issues/33403',
      says: 'Metadata document; no `resource` when it renews.',
    },
    {
      kind: 'run',
      url: 'https://github.com/elmohq/elmo/pull/684',
      says: 'Its registration was logged: `application_type` native.',
    },
  ],
  assumed: ['clientInfo', 'MCP revision', 'comparison of resources'],
  paste: [
    '~/.codex/config.toml, then `codex mcp login neonpanel`:',
    '  [mcp_servers.neonpanel]',
    '  url = "{mcp_url}"',
    '  oauth_client_id = "{client_id}"',
  ],
})
