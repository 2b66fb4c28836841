import type { TestServer } from './server.ts'

export const loopback = 'http://localhost:3334/oauth/callback'

/** The least that a public client registers. */
export const publicClient = { redirect_uris: [loopback], token_endpoint_auth_method: 'none' }

export interface JsonAnswer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: an answer whose members the test names
  readonly body: any
}

export async function callJson(url: string, init: RequestInit): Promise<JsonAnswer> {
  const response = await fetch(url, init)
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  }
}

/** @param metadata an object, or a body as it is */
export function register(
  { issuer }: Pick<TestServer, 'issuer'>,
  metadata: unknown,
  token?: string,
): Promise<JsonAnswer> {
  return callJson(`${issuer}/oauth2/register`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: typeof metadata === 'string' ? metadata : JSON.stringify(metadata),
  })
}
