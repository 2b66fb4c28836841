import type { InsertRows } from '../statement.ts'
import { passwordHash } from './password-hash.ts'

/** The secret of `demo-service`. */
export const demoSecret = 'neonpanel-demo-secret'

interface DemoClient {
  clientId: string
  name: string
  uri: string
  applicationType: 'web' | 'native'
  redirectUris: readonly string[]
  confidential?: true
}

/** The clients that a demo knows without registration. Their ids can be pasted into the product they are named after. */
export const demoClients: readonly DemoClient[] = [
  {
    clientId: 'chatgpt-mcp-connector',
    name: 'ChatGPT MCP Connector',
    uri: 'https://chatgpt.com',
    applicationType: 'web',
    redirectUris: [
      'https://chatgpt.com/aip/callback',
      'https://chat.openai.com/aip/callback',
      'https://chatgpt.com/connector_platform_oauth_redirect',
    ],
  },
  {
    clientId: 'claude',
    name: 'Claude',
    uri: 'https://claude.ai',
    applicationType: 'web',
    redirectUris: [
      'https://claude.ai/api/mcp/auth_callback',
      'https://claude.com/api/mcp/auth_callback',
    ],
  },
  {
    clientId: 'local-client',
    name: 'Local client',
    uri: 'http://localhost',
    applicationType: 'native',
    redirectUris: ['http://127.0.0.1/callback', 'http://localhost/callback'],
  },
  {
    clientId: 'mcp-inspector',
    name: 'MCP Inspector',
    uri: 'https://github.com/modelcontextprotocol/inspector',
    applicationType: 'native',
    redirectUris: [
      'http://localhost:6274/oauth/callback',
      'http://localhost:6274/oauth/callback/debug',
      'http://127.0.0.1:6276/oauth/callback',
    ],
  },
  {
    clientId: 'demo-service',
    name: 'Demo service',
    uri: 'https://demo-service.neonpanel.test',
    applicationType: 'web',
    redirectUris: [],
    confidential: true,
  },
]

export async function insertClients(insertRows: InsertRows, at: Date): Promise<void> {
  await insertRows(
    'Client',
    ['clientId', 'name', 'metadata', 'secretHash', 'origin', 'createdAt'],
    demoClients.map((client) => [
      client.clientId,
      client.name,
      JSON.stringify(clientMetadata(client)),
      client.confidential ? passwordHash(demoSecret) : null,
      'pre-registered',
      at,
    ]),
  )
}

/** RFC 7591 section 2 names. */
function clientMetadata({ name, uri, applicationType, redirectUris, confidential }: DemoClient) {
  return {
    client_name: name,
    ...(uri.startsWith('https:') ? { client_uri: uri } : {}),
    application_type: applicationType,
    redirect_uris: redirectUris,
    grant_types: confidential ? ['client_credentials'] : ['authorization_code', 'refresh_token'],
    response_types: confidential ? [] : ['code'],
    token_endpoint_auth_method: confidential ? 'client_secret_basic' : 'none',
  }
}
