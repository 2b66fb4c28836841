import { isLoopbackUrl } from '@neonpanel/contracts/urls'

/** What a person needs at hand to connect a registered client. */
export interface Connection {
  readonly clientId: string
  readonly mcpUrl: string
  readonly issuer: string
}

/** A real MCP client: what it registers with, and where its person enters the result. */
export interface Persona {
  readonly title: string
  /** Client metadata (RFC 7591 section 2) as this client sends it. */
  readonly registration: Readonly<Record<string, unknown>>
  /** Runs in its vendor's cloud, so it reaches public URLs only. */
  readonly hosted?: true
  readonly paste: (connection: Connection) => readonly string[]
}

const publicClient = {
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
} as const

const json = (value: unknown) => JSON.stringify(value, null, 2).split('\n')

export const personas = {
  chatgpt: {
    title: 'ChatGPT',
    hosted: true,
    registration: {
      ...publicClient,
      client_name: 'ChatGPT',
      redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
    },
    paste: ({ clientId, mcpUrl, issuer }) => [
      'Settings → Apps & Connectors → Advanced → Developer mode, then Create:',
      `  MCP Server URL     ${mcpUrl}`,
      '  Authentication     OAuth',
      `  Client ID          ${clientId}`,
      `  Authorization URL  ${issuer}/oauth2/authorize`,
      `  Token URL          ${issuer}/oauth2/token`,
    ],
  },
  claude: {
    title: 'Claude',
    hosted: true,
    registration: {
      ...publicClient,
      client_name: 'Claude',
      redirect_uris: [
        'https://claude.ai/api/mcp/auth_callback',
        'https://claude.com/api/mcp/auth_callback',
      ],
    },
    paste: ({ clientId, mcpUrl }) => [
      'Settings → Connectors → Add custom connector:',
      `  Remote MCP server URL               ${mcpUrl}`,
      `  Advanced settings, OAuth Client ID  ${clientId}`,
    ],
  },
  'claude-code': {
    title: 'Claude Code',
    registration: {
      ...publicClient,
      client_name: 'Claude Code',
      redirect_uris: ['http://localhost:8080/callback'],
    },
    paste: ({ clientId, mcpUrl }) => [
      'Run, then /mcp in Claude Code to sign in:',
      `  claude mcp add --transport http neonpanel ${mcpUrl} --client-id ${clientId} --callback-port 8080`,
    ],
  },
  vscode: {
    title: 'Visual Studio Code',
    registration: {
      ...publicClient,
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      application_type: 'native',
      redirect_uris: [
        'http://127.0.0.1:33418/',
        'http://127.0.0.1/',
        'https://vscode.dev/redirect',
        'https://insiders.vscode.dev/redirect',
      ],
    },
    paste: ({ clientId, mcpUrl }) => [
      '.vscode/mcp.json:',
      ...json({ servers: { neonpanel: { type: 'http', url: mcpUrl } } }),
      `Start the server there; when it asks for a client id, enter ${clientId} and leave the secret empty.`,
    ],
  },
  cursor: {
    title: 'Cursor',
    registration: {
      ...publicClient,
      client_name: 'Cursor',
      redirect_uris: [
        'cursor://anysphere.cursor-mcp/oauth/callback',
        'https://www.cursor.com/agents/mcp/oauth/callback',
        'http://localhost:8787/callback',
      ],
    },
    paste: ({ clientId, mcpUrl }) => [
      '.cursor/mcp.json:',
      ...json({ mcpServers: { neonpanel: { url: mcpUrl, auth: { CLIENT_ID: clientId } } } }),
    ],
  },
  inspector: {
    title: 'MCP Inspector',
    registration: {
      ...publicClient,
      client_name: 'MCP Inspector',
      application_type: 'native',
      redirect_uris: [
        'http://localhost:6274/oauth/callback',
        'http://localhost:6274/oauth/callback/debug',
        'http://127.0.0.1:6276/oauth/callback',
      ],
    },
    paste: ({ clientId, mcpUrl }) => [
      'npx @modelcontextprotocol/inspector, then:',
      '  Transport Type  Streamable HTTP',
      `  URL             ${mcpUrl}`,
      `  Authentication  OAuth 2.0, Client ID ${clientId}`,
    ],
  },
  'mcp-remote': {
    title: 'mcp-remote',
    registration: {
      ...publicClient,
      client_name: 'MCP CLI Proxy',
      client_uri: 'https://github.com/geelen/mcp-remote',
      application_type: 'native',
      redirect_uris: ['http://localhost/oauth/callback'],
    },
    paste: ({ clientId, mcpUrl }) => [
      `npx mcp-remote ${mcpUrl} --static-oauth-client-info '${JSON.stringify({ client_id: clientId })}'`,
    ],
  },
  'gemini-cli': {
    title: 'Gemini CLI',
    registration: {
      ...publicClient,
      client_name: 'Gemini CLI',
      application_type: 'native',
      redirect_uris: ['http://localhost:7777/oauth/callback'],
    },
    paste: ({ clientId, mcpUrl }) => [
      '~/.gemini/settings.json:',
      ...json({
        mcpServers: { neonpanel: { httpUrl: mcpUrl, oauth: { enabled: true, clientId } } },
      }),
    ],
  },
} as const satisfies Record<string, Persona>

export type PersonaName = keyof typeof personas

export const personaNames = Object.keys(personas) as readonly PersonaName[]

export function isPersonaName(name: string): name is PersonaName {
  return Object.hasOwn(personas, name)
}

/** Where to enter what, and what stands in the way. */
export function pasteInstructions(persona: Persona, connection: Connection): string[] {
  const unreachable = persona.hosted && isLoopbackUrl(connection.mcpUrl)
  return [
    `Paste into ${persona.title}:`,
    ...persona.paste(connection).map((line) => `  ${line}`),
    ...(unreachable
      ? ['', `${persona.title} runs in the cloud and cannot reach localhost: start the`]
      : []),
    ...(unreachable
      ? ['stack with ISSUER_URL and MCP_URL set to public https URLs that lead here.']
      : []),
  ]
}
