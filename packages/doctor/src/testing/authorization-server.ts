import type { Addresses, Changes } from './changes.ts'
import { serverDocument, serverMetadataPaths } from './documents.ts'
import type { Asked } from './play.ts'
import type { Tokens } from './tokens.ts'

const anyOrigin = { 'access-control-allow-origin': '*' }
const noStore = { ...anyOrigin, 'cache-control': 'no-store' }

/** Endpoints that pages of other origins call; never the authorization endpoint (OAuth 2.1 section 3.1). */
const calledByPages = ['/token', '/register', '/revoke', '/jwks']

/** A healthy authorization server. It knows no client, and registers none without a redirect URI. */
export function createAuthorizationServer(at: Addresses, tokens: Tokens, changes: Changes) {
  const document = changes.open ? null : serverDocument(at, changes)
  const metadataPaths = serverMetadataPaths(at)
  const host = new URL(at.authOrigin).host

  return async (asked: Asked): Promise<Response> => {
    const { pathname } = asked.url
    if (asked.headers.get('host') !== host) return Response.json({}, { status: 421 })
    const isMetadata = metadataPaths.includes(pathname)
    if (asked.method === 'OPTIONS' && (isMetadata || calledByPages.includes(pathname))) {
      return preflight(isMetadata || pathname === '/jwks' ? 'GET' : 'POST')
    }
    if (isMetadata && document) return cacheable(asked, document)
    switch (pathname) {
      case '/jwks':
        return cacheable(asked, tokens.jwks)
      case '/authorize':
        return errorPage()
      case '/token':
        return asked.method === 'POST' ? token(asked, tokens) : wrongMethod()
      case '/register':
        return asked.method === 'POST' ? register(asked) : wrongMethod()
      case '/revoke':
        return asked.method === 'POST' ? revoke(asked, tokens) : wrongMethod()
      default:
        return Response.json({ error: 'not_found' }, { status: 404, headers: anyOrigin })
    }
  }
}

const preflight = (method: string) =>
  new Response(null, {
    status: 204,
    headers: {
      ...anyOrigin,
      'access-control-allow-methods': `${method}, OPTIONS`,
      'access-control-allow-headers': 'authorization, content-type, accept, mcp-protocol-version',
      'access-control-max-age': '600',
    },
  })

function cacheable({ method }: Asked, document: unknown): Response {
  if (method !== 'GET' && method !== 'HEAD') return wrongMethod('GET, HEAD, OPTIONS')
  return Response.json(document, {
    headers: { ...anyOrigin, 'cache-control': 'public, max-age=300' },
  })
}

const wrongMethod = (allow = 'POST, OPTIONS') =>
  Response.json(
    { error: 'invalid_request', error_description: 'Another method is needed.' },
    { status: 405, headers: { ...noStore, allow } },
  )

/** Nobody is sent to a redirect URI of a client that is not known (RFC 6749 section 4.1.2.1). */
const errorPage = () =>
  new Response('<!doctype html><title>Unknown client</title><h1>Unknown client</h1>', {
    status: 400,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    },
  })

const refuse = (error: string, description: string, status = 400) =>
  Response.json({ error, error_description: description }, { status, headers: noStore })

async function token({ headers, body }: Asked, tokens: Tokens): Promise<Response> {
  const type = headers.get('content-type') ?? ''
  if (!type.startsWith('application/x-www-form-urlencoded')) {
    return refuse('invalid_request', 'The body has to be a form.')
  }
  const form = new URLSearchParams(body)
  switch (form.get('grant_type')) {
    case 'refresh_token': {
      const renewed = await tokens.renew(form.get('refresh_token') ?? '')
      return renewed
        ? Response.json(renewed, { headers: noStore })
        : refuse('invalid_grant', 'The refresh token is not good.')
    }
    case 'authorization_code':
      return refuse('invalid_client', 'The client is not known.', 401)
    default:
      return refuse('unsupported_grant_type', 'The grant type is not known.')
  }
}

/** RFC 7009 section 2.2: 200 for any token, known or not. */
function revoke({ body }: Asked, tokens: Tokens): Response {
  tokens.revoke(new URLSearchParams(body).get('token') ?? '')
  return new Response(null, { headers: noStore })
}

function register({ body }: Asked): Response {
  const metadata: unknown = parse(body)
  if (typeof metadata !== 'object' || metadata === null) {
    return refuse('invalid_client_metadata', 'The body has to be a JSON object.')
  }
  const uris: unknown = 'redirect_uris' in metadata ? metadata.redirect_uris : undefined
  if (!Array.isArray(uris) || uris.length === 0 || !uris.every(isRedirectUri)) {
    return refuse('invalid_redirect_uri', 'redirect_uris has to be a list of absolute URIs.')
  }
  return Response.json(
    { ...metadata, client_id: 'registered', client_id_issued_at: 0 },
    { status: 201, headers: noStore },
  )
}

const isRedirectUri = (uri: unknown) =>
  typeof uri === 'string' &&
  URL.canParse(uri) &&
  !uri.includes('#') &&
  !/^(?:javascript|data|vbscript):/i.test(uri)

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
