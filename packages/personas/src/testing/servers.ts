/** What a test changes of the servers that it plays. */
export interface Changes {
  /** Members of the protected-resource metadata; null = there is none. */
  readonly resource?: Record<string, unknown> | null
  /** Members of the authorization server's metadata; null = there is none. */
  readonly server?: Record<string, unknown> | null
  /** The answer to a request without a token. */
  readonly challenge?: () => Response
  /** Members of the registration response. */
  readonly registered?: Record<string, unknown>
  /** Any answer, before all others; undefined = as always. */
  readonly answer?: (request: Request) => Response | undefined
  /** Headers on every answer. */
  readonly headers?: Record<string, string>
}

export const mcpUrl = 'https://mcp.example/mcp'
const issuer = 'https://as.example'

/** An internet of one MCP server and one authorization server, which do what is asked of them. */
export function servers(changes: Changes = {}) {
  const requests: { method: string; url: string; headers: Headers; body: string }[] = []
  const play = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    // `Request` drops what a page may not set; the engine's own choice counts here.
    const headers = new Headers(init?.headers)
    const body = await request.clone().text()
    requests.push({ method: request.method, url: request.url, headers, body })
    const response = changes.answer?.(request) ?? answerTo(request, headers, body, changes)
    for (const [name, value] of Object.entries(changes.headers ?? {})) {
      response.headers.set(name, value)
    }
    return response
  }
  return {
    fetch: play as typeof fetch,
    requests,
    asked: (path: string) => requests.filter(({ url }) => new URL(url).pathname === path),
    /** A person whose browser comes straight back, changed as told. */
    openBrowser:
      (change: (callback: URL) => void = () => {}) =>
      async (url: URL) => {
        const callback = new URL(url.searchParams.get('redirect_uri') ?? '')
        callback.searchParams.set('code', 'the-code')
        callback.searchParams.set('state', url.searchParams.get('state') ?? '')
        callback.searchParams.set('iss', issuer)
        change(callback)
        return callback
      },
  }
}

function answerTo(request: Request, headers: Headers, body: string, changes: Changes): Response {
  const { pathname } = new URL(request.url)
  if (pathname.startsWith('/.well-known/')) return metadata(pathname, changes)
  switch (pathname) {
    case '/mcp':
      return headers.has('authorization') ? mcp(body) : (changes.challenge ?? challenge)()
    case '/register':
      return Response.json({ client_id: 'registered', ...changes.registered }, { status: 201 })
    case '/token':
      return Response.json({
        access_token: 'the-access-token',
        token_type: 'Bearer',
        expires_in: 3600,
        refresh_token: 'the-refresh-token',
      })
    default:
      return new Response('nothing here', { status: 404 })
  }
}

function metadata(pathname: string, { resource, server }: Changes): Response {
  if (pathname === '/.well-known/oauth-protected-resource/mcp' && resource !== null) {
    return Response.json({
      resource: mcpUrl,
      authorization_servers: [issuer],
      scopes_supported: ['read', 'write'],
      ...resource,
    })
  }
  if (pathname === '/.well-known/oauth-authorization-server' && server !== null) {
    return Response.json({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      registration_endpoint: `${issuer}/register`,
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
      client_id_metadata_document_supported: true,
      authorization_response_iss_parameter_supported: true,
      ...server,
    })
  }
  return new Response('<h1>Not found</h1>', { status: 404 })
}

const challenge = () =>
  new Response(null, {
    status: 401,
    headers: {
      'www-authenticate':
        'Bearer resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp", scope="read"',
    },
  })

const results: Record<string, unknown> = {
  initialize: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {} },
  'server/discover': { supportedVersions: ['2026-07-28'], capabilities: {} },
  'tools/list': {
    tools: [
      { name: 'write', inputSchema: { type: 'object' } },
      { name: 'find', inputSchema: { required: ['q'] }, annotations: { readOnlyHint: true } },
      { name: 'look', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
    ],
  },
  'tools/call': { content: [] },
}

function mcp(body: string): Response {
  const { id, method } = body ? JSON.parse(body) : {}
  if (id === undefined) return new Response(null, { status: 202 })
  const answer = { jsonrpc: '2.0', id, result: results[method] }
  return Response.json(answer, { headers: { 'mcp-session-id': 'the-session' } })
}
