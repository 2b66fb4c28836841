import { challengedScopeParameter } from '@neonpanel/contracts/challenged-scope'
import type { Scope } from '@neonpanel/contracts/scopes'
import { z } from 'zod'
import { AuthorizationServerUnavailable, askAuthorizationServer } from './authorization-server.ts'

const activeAnswer = z.object({
  active: z.literal(true),
  scope: z.string().optional(),
  client_id: z.string().optional(),
  sub: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  iss: z.string().optional(),
  /** Epoch seconds. */
  exp: z.int().optional(),
  token_type: z.string().optional(),
  grant_id: z.string().optional(),
  /** Ids of the companies that the token opens now; fewer than at its issue when a role was taken away. */
  companies: z.array(z.string()).optional(),
  /** By company id, the scopes that the person's role there holds, space-delimited. */
  company_scopes: z.record(z.string(), z.string()).optional(),
  /** Binds the token to a key of its holder (RFC 7800). */
  cnf: z.unknown().optional(),
})

const introspectionAnswer = z.discriminatedUnion('active', [
  activeAnswer,
  z.object({ active: z.literal(false) }),
])

/** What the authorization server says about a token (RFC 7662 section 2.2). */
export type IntrospectionAnswer = z.output<typeof introspectionAnswer>

export type ActiveToken = z.output<typeof activeAnswer>

/** What the authorization server is told besides. */
export interface IntrospectionContext {
  /** Scopes of the 403 that the token is answered with. */
  readonly challengedScopes?: readonly Scope[]
}

/** @throws AuthorizationServerUnavailable */
export type Introspect = (
  token: string,
  context?: IntrospectionContext,
) => Promise<IntrospectionAnswer>

/** Asks at the introspection endpoint (RFC 7662) with this server's own credentials. */
export function createIntrospection({
  url,
  clientId,
  clientSecret,
}: {
  url: string
  clientId: string
  clientSecret: string
}): Introspect {
  const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':')
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
  return async function introspect(token, { challengedScopes } = {}) {
    const body = new URLSearchParams({ token, token_type_hint: 'access_token' })
    if (challengedScopes) body.set(challengedScopeParameter, challengedScopes.join(' '))
    const answer = await askAuthorizationServer(url, {
      method: 'POST',
      headers: { Authorization: authorization },
      body,
    })
    const parsed = introspectionAnswer.safeParse(answer)
    if (parsed.success) return parsed.data
    throw new AuthorizationServerUnavailable('The introspection answer is not understood', {
      cause: parsed.error,
    })
  }
}
