/** The admin API refused: which request, with what status, in whose words. */
export class AdminApiError extends Error {
  override readonly name = 'AdminApiError'
  readonly status: number
  /** The `error` member of the answer, such as `invalid_request`; empty when the answer is not the admin API's. */
  readonly code: string

  constructor(request: string, status: number, { error, description }: Refusal) {
    super(`${request} answered ${status}${error ? ` ${error}` : ''}: ${description}`)
    this.status = status
    this.code = error
  }
}

interface Refusal {
  readonly error: string
  readonly description: string
}

/** Where a stack is, and what opens its admin API. */
export interface StackAddress {
  /** The authorization server, such as `http://127.0.0.1:4400`. */
  readonly issuer: string
  /** The MCP server's canonical URL, such as `http://127.0.0.1:4401/mcp`. */
  readonly mcpUrl: string
  /** `ADMIN_TOKEN` of the stack. */
  readonly adminToken: string
}

/**
 * The admin API over HTTP (`<issuer>/console/api`, described by its `openapi.json`): what this kit does, every language can
 * do. JSON in and out.
 *
 * @throws AdminApiError when it refuses
 */
export interface AdminApi {
  get<Body = unknown>(path: string, query?: Query): Promise<Body>
  post<Body = unknown>(path: string, body?: unknown): Promise<Body>
  patch<Body = unknown>(path: string, body: unknown): Promise<Body>
  delete(path: string): Promise<void>
}

/** Parameters of a query; `undefined` leaves one out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>

export function adminApi({ issuer, adminToken }: Omit<StackAddress, 'mcpUrl'>): AdminApi {
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${issuer}/console/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${adminToken}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (response.ok) return text ? JSON.parse(text) : undefined
    const request = `${method} ${path.split('?')[0]}`
    throw new AdminApiError(request, response.status, refusalOf(text))
  }
  return {
    get: <Body>(path: string, query: Query = {}) =>
      call('GET', `${path}${queryText(query)}`) as Promise<Body>,
    post: <Body>(path: string, body?: unknown) => call('POST', path, body) as Promise<Body>,
    patch: <Body>(path: string, body: unknown) => call('PATCH', path, body) as Promise<Body>,
    delete: (path) => call('DELETE', path) as Promise<void>,
  }
}

function queryText(query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  if (given.length === 0) return ''
  const text = Object.fromEntries(given.map(([name, value]) => [name, String(value)]))
  return `?${new URLSearchParams(text)}`
}

function refusalOf(text: string): Refusal {
  try {
    const { error, error_description } = JSON.parse(text) as Record<string, unknown>
    return { error: String(error ?? ''), description: String(error_description ?? text) }
  } catch {
    return { error: '', description: text.slice(0, 300) || 'no body' }
  }
}
