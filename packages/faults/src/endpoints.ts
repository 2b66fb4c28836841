import { aliasPaths } from '@neonpanel/contracts/resource-identifier'
import type { FlowStep } from '@neonpanel/flows/story'
import type { ServerName } from '@neonpanel/process/server-name'

/** What the two servers answer, by the names that rules use. */
export const endpoints = {
  authorization_server_metadata: 'RFC 8414 document, at the authorization server and its mirror',
  openid_configuration: 'OpenID Connect discovery document, and its mirror',
  resource_metadata: 'RFC 9728 documents of the MCP server, all of them',
  jwks: 'public keys',
  register: 'registration of clients (RFC 7591)',
  client_configuration: 'management of one registered client (RFC 7592)',
  par: 'pushed authorization requests (RFC 9126)',
  authorize: 'authorization requests and the way back to the client',
  interaction: 'pages where a person signs in and consents',
  device_authorization: 'start of the device flow (RFC 8628)',
  device: 'page where a person enters a device’s code',
  token: 'codes, refresh tokens and client credentials become tokens',
  revoke: 'revocation (RFC 7009)',
  introspect: 'introspection (RFC 7662); the MCP server asks here, too',
  userinfo: 'claims about the person (OpenID Connect)',
  logout: 'sign-out that a client asks for',
  account: 'pages where a person manages connected apps',
  mcp: 'MCP messages and streams, HTTP+SSE included',
} as const satisfies Record<string, string>

export type Endpoint = keyof typeof endpoints

export const endpointNames = Object.keys(endpoints) as [Endpoint, ...Endpoint[]]

const exact: Readonly<Record<ServerName, Readonly<Record<string, Endpoint>>>> = {
  'authorization-server': {
    '/.well-known/oauth-authorization-server': 'authorization_server_metadata',
    '/.well-known/openid-configuration': 'openid_configuration',
    '/oauth2/jwks': 'jwks',
    '/oauth2/register': 'register',
    '/oauth2/par': 'par',
    '/oauth2/authorize': 'authorize',
    '/oauth2/device': 'device_authorization',
    '/device': 'device',
    '/oauth2/token': 'token',
    '/oauth2/revoke': 'revoke',
    '/oauth2/introspect': 'introspect',
    '/oauth2/userinfo': 'userinfo',
    '/oauth2/logout': 'logout',
    '/account': 'account',
  },
  'resource-server': {
    '/.well-known/oauth-authorization-server': 'authorization_server_metadata',
    '/.well-known/openid-configuration': 'openid_configuration',
    '/.well-known/oauth-protected-resource': 'resource_metadata',
    ...Object.fromEntries(aliasPaths.map((path) => [path, 'mcp'] as const)),
  },
}

const below: Readonly<Record<ServerName, readonly (readonly [string, Endpoint])[]>> = {
  'authorization-server': [
    ['/oauth2/register/', 'client_configuration'],
    ['/oauth2/authorize/', 'authorize'],
    ['/interaction/', 'interaction'],
    ['/device/', 'device'],
    ['/account/', 'account'],
  ],
  'resource-server': [['/.well-known/oauth-protected-resource/', 'resource_metadata']],
}

/** The endpoint at a path of a server; undefined for its other pages, health and metrics. */
export function endpointAt(
  { server, resource }: { readonly server: ServerName; readonly resource: string },
  path: string,
): Endpoint | undefined {
  const table = exact[server]
  if (Object.hasOwn(table, path)) return table[path]
  if (server === 'resource-server') {
    const { pathname } = new URL(resource)
    if (path === pathname || path === `${pathname}/`) return 'mcp'
  }
  return below[server].find(([start]) => path.startsWith(start))?.[1]
}

/** Where people look at pages; everything else answers programs. */
export function showsPages(endpoint: Endpoint | undefined): boolean {
  return endpoint === undefined || pages.has(endpoint)
}

const pages = new Set<Endpoint>(['authorize', 'interaction', 'device', 'logout', 'account'])

/** What a request is about, where that decides which step of a connection it is. */
export interface StepFacts {
  readonly method: string
  readonly path: string
  readonly endpoint: Endpoint | undefined
  readonly grantType: string | undefined
  /** Methods of the JSON-RPC messages in the body. */
  readonly rpcMethods: readonly string[]
  readonly hasBearer: boolean
  /** Which form of the interaction was posted. */
  readonly isConsent: boolean
}

/** The step of a connection that a request is, as flows count them. */
export function stepOf(facts: StepFacts): FlowStep | undefined {
  switch (facts.endpoint) {
    case 'authorization_server_metadata':
    case 'openid_configuration':
    case 'resource_metadata':
      return 'discovery'
    case 'register':
      return 'register'
    case 'par':
      return 'authorize'
    case 'authorize':
      return facts.path === '/oauth2/authorize' ? 'authorize' : 'code'
    case 'interaction':
      return facts.isConsent ? 'consent' : 'sign_in'
    case 'token':
      return facts.grantType === 'refresh_token' ? undefined : 'token'
    case 'mcp':
      return mcpStep(facts)
    default:
      return undefined
  }
}

function mcpStep({ rpcMethods, hasBearer }: StepFacts): FlowStep | undefined {
  if (!hasBearer) return 'discovery'
  if (rpcMethods.includes('tools/call')) return 'tool_call'
  const connects = ['initialize', 'server/discover'].some((method) => rpcMethods.includes(method))
  return connects ? 'connect' : undefined
}
