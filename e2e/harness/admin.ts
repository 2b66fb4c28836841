import { type Answer, bearer, sendJson } from '@neonpanel/testing-kit/client/http'
import type { Servers } from '@neonpanel/testing-kit/client/oauth-client'

export interface MintedToken {
  initial_access_token: string
  jti: string
  expires_at: number | string
  max_uses: number
  registration_endpoint: string
}

/** The admin API (CONTRACT section 6), as an administrator's script uses it. */
export function adminApi(stack: Servers & { readonly adminToken: string }) {
  const call = <Body = Record<string, unknown>>(method: string, path: string, body?: unknown) =>
    sendJson<Body>(method, `${stack.issuer}/console/api${path}`, body, bearer(stack.adminToken))
  return {
    get: <Body>(path: string): Promise<Answer<Body>> => call<Body>('GET', path),
    post: <Body = Record<string, unknown>>(path: string, body: unknown) =>
      call<Body>('POST', path, body),
    patch: (path: string, body: unknown) => call('PATCH', path, body),
    remove: (path: string) => call('DELETE', path),
    /** Mints an initial access token and gives what `POST /initial-access-tokens` answers. */
    async mint(wish: Record<string, unknown> = {}): Promise<MintedToken> {
      const answer = await call<MintedToken>('POST', '/initial-access-tokens', wish)
      if (answer.status !== 201) throw new Error(`mint: ${answer.status} ${answer.text}`)
      return answer.body
    },
  }
}
