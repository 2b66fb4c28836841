import { isLoopbackUrl } from '@neonpanel/contracts/urls'
import type { Addresses, Changes } from './changes.ts'
import { resourceDocument, resourceMetadataUrl, scopes } from './documents.ts'
import { createMcp } from './mcp.ts'
import type { Asked } from './play.ts'
import type { Tokens } from './tokens.ts'

/** A healthy resource server: Host, Origin, preflight, token, MCP, in this order. */
export function createResourceServer(at: Addresses, tokens: Tokens, changes: Changes) {
  const document = changes.open ? null : resourceDocument(at, changes)
  const root = '/.well-known/oauth-protected-resource'
  const documentPaths = [new URL(resourceMetadataUrl(at)).pathname, root]
  const host = new URL(at.mcpOrigin).host
  const mcpPath = new URL(at.mcpUrl).pathname
  const mcp = createMcp(at, changes)

  return async (asked: Asked): Promise<Response> => {
    const { pathname } = asked.url
    if (asked.headers.get('host') !== host) return Response.json({}, { status: 421 })
    if (documentPaths.includes(pathname) && document) return answerDocument(asked, document)
    if (pathname !== mcpPath) return Response.json({ error: 'not_found' }, { status: 404 })
    const origin = asked.headers.get('origin')
    if (origin !== null && !isAllowed(origin)) return Response.json({}, { status: 403 })
    if (asked.method === 'OPTIONS') return withCors(preflight(asked), origin)
    if (changes.open) return withCors(await mcp(asked, scopes), origin)
    const [scheme, token] = (asked.headers.get('authorization') ?? '').split(' ')
    const granted = token && /^bearer$/i.test(scheme ?? '') ? await tokens.verify(token) : undefined
    if (!granted) return withCors(unauthorized(at, asked, changes), origin)
    return withCors(await mcp(asked, granted), origin)
  }
}

/** Pages of this machine only, as for a server that runs here. */
const isAllowed = (origin: string) => isLoopbackUrl(origin)

function answerDocument({ method }: Asked, document: unknown): Response {
  const cors = { 'access-control-allow-origin': '*' }
  if (method === 'OPTIONS') {
    const headers = {
      ...cors,
      'access-control-allow-methods': 'GET, OPTIONS',
      'access-control-allow-headers': 'accept, content-type, authorization, mcp-protocol-version',
    }
    return new Response(null, { status: 204, headers })
  }
  if (method !== 'GET' && method !== 'HEAD') {
    return new Response(null, { status: 405, headers: { ...cors, allow: 'GET, HEAD, OPTIONS' } })
  }
  return Response.json(document, { headers: { ...cors, 'cache-control': 'public, max-age=300' } })
}

const allowedHeaders = [
  'authorization',
  'content-type',
  'accept',
  'mcp-session-id',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'last-event-id',
]

function preflight({ headers }: Asked): Response {
  const wanted = headers.get('access-control-request-headers')?.split(/\s*,\s*/) ?? []
  const params = wanted.filter((name) => /^mcp-param-/i.test(name))
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
      'access-control-allow-headers': [...allowedHeaders, ...params].join(', '),
      'access-control-max-age': '600',
    },
  })
}

function withCors(response: Response, origin: string | null): Response {
  response.headers.set('vary', 'Origin')
  if (origin === null) return response
  response.headers.set('access-control-allow-origin', origin)
  response.headers.set(
    'access-control-expose-headers',
    'WWW-Authenticate, Mcp-Session-Id, MCP-Protocol-Version',
  )
  return response
}

/** Without credentials there is no `error`; with bad ones it is `invalid_token` (RFC 6750 section 3.1). */
function unauthorized(at: Addresses, asked: Asked, { challenge }: Changes): Response {
  const bad = asked.headers.has('authorization')
  const changed = typeof challenge === 'function' ? challenge(at, asked) : challenge
  const parts = [
    ...(bad ? ['error="invalid_token"', 'error_description="The token is not good."'] : []),
    `resource_metadata="${resourceMetadataUrl(at)}"`,
    `scope="${scopes.join(' ')}"`,
  ]
  const header = changed === undefined ? `Bearer ${parts.join(', ')}` : changed
  return Response.json(
    { error: bad ? 'invalid_token' : 'unauthorized' },
    {
      status: 401,
      headers: {
        'cache-control': 'no-store',
        ...(header !== null && { 'www-authenticate': header }),
      },
    },
  )
}
