import { createHash } from 'node:crypto'
import { fillIn, type Persona } from '../persona.ts'
import type { Attempt } from './attempt.ts'
import type { Discovered } from './discovery.ts'

/** An id of the connection, computed from the entered URL as Codex does it. */
export function callbackIdOf(mcpUrl: string): string {
  return createHash('sha256').update(mcpUrl).digest('base64url').slice(0, 12)
}

/** The scopes that the client asks for; undefined = it sends no `scope`. */
export function scopesFor(
  { persona: { authorization }, enteredScopes }: Attempt,
  { challenge, resource, server }: Discovered,
): readonly string[] | undefined {
  if (enteredScopes) return enteredScopes
  const told = {
    challenge: challenge.scope,
    resource: resource?.scopes_supported,
    server: server.scopes_supported,
  }
  const named = authorization.scope
    .map((source) => told[source])
    .find((scopes) => scopes !== undefined && scopes.length > 0)
  const scopes = named ?? authorization.fallbackScope?.split(' ')
  const offline =
    authorization.offlineAccess === 'when_listed' &&
    server.scopes_supported?.includes('offline_access')
  if (!scopes) return offline ? ['offline_access'] : undefined
  return offline ? [...new Set([...scopes, 'offline_access'])] : scopes
}

/** The `resource` that the client sends (RFC 8707); undefined = it sends none. */
export function resourceFor(
  { authorization }: Persona,
  { resource }: Discovered,
  mcpUrl: string,
): string | undefined {
  return authorization.resource === 'entered' ? mcpUrl : resource?.resource
}

/** Where the browser is to come back to. */
export function redirectUriOf(
  { redirect }: Persona,
  known: { registered: boolean; announcesIss: boolean; port: number; callbackId: string },
): string {
  const registered = known.registered ? redirect.uriWhenRegistered : undefined
  const withoutIss = known.announcesIss ? undefined : redirect.uriWithoutIss
  const values = { port: String(known.port), callback_id: known.callbackId }
  return fillIn(registered ?? withoutIss ?? redirect.uri, values)
}

/** An OAuth error in a JSON body (RFC 6749 section 5.2, RFC 7591 section 3.2.2). */
export function errorOf(json: unknown): { error?: string; description?: string } {
  if (typeof json !== 'object' || json === null) return {}
  const { error, error_description: description } = json as Record<string, unknown>
  return {
    ...(typeof error === 'string' && { error }),
    ...(typeof description === 'string' && { description }),
  }
}
