import { callJson, type JsonAnswer } from './registration.ts'
import type { TestServer } from './server.ts'

/** A client of the admin API. */
export interface AdminApi {
  get(path: string): Promise<JsonAnswer>
  post(path: string, body?: unknown): Promise<JsonAnswer>
  patch(path: string, body: unknown): Promise<JsonAnswer>
  delete(path: string): Promise<JsonAnswer>
}

/** @param token another one than the server's, for refusals */
export function adminApi(
  { issuer, config }: Pick<TestServer, 'issuer' | 'config'>,
  token = config.adminToken,
): AdminApi {
  const call = (method: string, path: string, body?: unknown) =>
    callJson(`${issuer}/console/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    patch: (path, body) => call('PATCH', path, body),
    delete: (path) => call('DELETE', path),
  }
}

/** The `path` of every problem that a refusal names. */
export function problemPaths({ body }: JsonAnswer): string[] {
  return body.problems.map(({ path }: { path: string }) => path)
}
