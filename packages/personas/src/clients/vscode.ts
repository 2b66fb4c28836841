import { personaSchema } from '../persona.ts'

const redirectUris = [
  'https://insiders.vscode.dev/redirect',
  'https://vscode.dev/redirect',
  'http://127.0.0.1/',
  'http://127.0.0.1:33418/',
]

export const vscode = personaSchema.parse({
  title: 'Visual Studio Code',
  version: '1.106+',
  row: 'CL-04',
  runs: 'computer',
  userAgent: 'node',
  clientInfo: { name: 'Visual Studio Code', version: '1.106.0' },
  discovery: {
    resourceMetadata: ['challenge', 'path', 'root'],
    resourceMatch: 'normalised',
    onOtherResource: 'ignore',
    serverMetadata: ['oauth', 'openid', 'openid_appended'],
    checksIssuer: false,
    assumesEndpoints: true,
  },
  registration: {
    ways: ['document', 'dynamic', 'static'],
    document: {
      url: 'https://vscode.dev/oauth/client-metadata.json',
      metadata: {
        client_name: 'Visual Studio Code',
        client_uri: 'https://vscode.dev/product',
        redirect_uris: [
          'http://127.0.0.1:33418/',
          'http://127.0.0.1/',
          'https://vscode.dev/redirect',
          'https://insiders.vscode.dev/redirect',
        ],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
        application_type: 'native',
      },
    },
    metadata: {
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      grant_types: [
        'authorization_code',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
    },
    redirectUris,
    scope: 'requested',
    filtersGrantTypes: true,
  },
  redirect: { uri: 'http://127.0.0.1:{port}/', preferredPort: 33418 },
  authorization: {
    scope: ['challenge', 'resource'],
    offlineAccess: 'never',
    resource: 'metadata',
    checksIss: false,
  },
  refresh: { sendsResource: true },
  transport: { order: ['streamable', 'sse'], fallsBackOn: [400, 404, 405], revision: '2025-11-25' },
  habits: [
    'Compares `resource` with the entered URL as URLs; metadata at the root is good only for the origin.',
    'Ignores metadata of another resource, and goes on without `resource`.',
    'Registers with the grants that the server lists, and `device_code` when it lists none.',
    'Assumes `/authorize`, `/token` and `/register` where there is no metadata.',
    'Listens on port 33418, or on any when that is taken.',
  ],
  sources: [
    {
      kind: 'code',
      url: 'https://github.com/microsoft/vscode/blob/05f882b02c51633f2e1e8252722f8c3b626d74a9/src/vs/base/common/oauth.ts',
      says: 'Registration, metadata, comparison of resources, assumed endpoints, port.',
    },
    {
      kind: 'thread',
      url: 'https://github.com/microsoft/vscode/issues/278512',
      says: 'Another loopback port when 33418 is taken.',
    },
  ],
  assumed: ['clientInfo', 'MCP revision'],
  paste: [
    '.vscode/mcp.json:',
    '{',
    '  "servers": {',
    '    "neonpanel": {',
    '      "type": "http",',
    '      "url": "{mcp_url}"',
    '    }',
    '  }',
    '}',
    'Start the server there; when it asks for a client id, enter {client_id} and leave the secret empty.',
  ],
})
