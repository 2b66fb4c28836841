import type { IncomingMessage } from 'node:http'
import { leastUsefulScopes, type Scope } from '@neonpanel/contracts/scopes'
import type { VerifyAccessToken } from './access-token-verifier.ts'
import { answerUnavailable } from './authorization-server-mirror.ts'
import type { McpContext, McpMiddleware } from './request-state.ts'
import type { ServedResource } from './served-resources.ts'

/** The scopes that a message needs, all of them; none for anything but tool calls. */
export type NeededScopes = (message: unknown) => readonly Scope[]

/**
 * Lets a request pass with a valid access token in its header (RFC 6750 section 2.1) and in no other place. Every
 * request is judged, also within a session. An authorization server that does not answer is 503, never 401: that would
 * make every client throw its token away.
 */
export function requireBearer(
  verifyAccessToken: VerifyAccessToken,
  neededScopes: NeededScopes,
): McpMiddleware {
  return async function judgeBearer(ctx, next) {
    const credentials = readBearer(ctx.req)
    if (credentials.kind === 'malformed') {
      return challenge(ctx, 400, scopesToAskFor(ctx, neededScopes), {
        code: 'invalid_request',
        description: 'The Authorization header must be Bearer and one token.',
      })
    }
    if (credentials.kind === 'none') {
      return challenge(ctx, 401, scopesToAskFor(ctx, neededScopes))
    }
    const verification = await verifyAccessToken(credentials.token)
    if (verification.ok) {
      ctx.state.accessToken = verification.accessToken
      ctx.state.tokenStillLives = async () => {
        const again = await verifyAccessToken(credentials.token)
        return again.ok || again.reason === 'unavailable'
      }
      return next()
    }
    if (verification.reason === 'unavailable') {
      ctx.state.log.warn({ err: verification.error }, 'authorization server unavailable')
      return answerUnavailable(ctx, verification.error)
    }
    challenge(ctx, 401, scopesToAskFor(ctx, neededScopes), {
      code: 'invalid_token',
      description: verification.description,
    })
  }
}

/**
 * Whether the token holds every scope that the message needs; if not, answers 403 with all of them in one challenge
 * (MCP authorization, scope challenge), before anything of the call is dispatched.
 */
export function holdsNeededScopes(ctx: McpContext, needed: readonly Scope[]): boolean {
  if (needed.every((scope) => ctx.state.accessToken.scopes.has(scope))) return true
  challenge(ctx, 403, needed, {
    code: 'insufficient_scope',
    description: `This call needs the scopes ${needed.join(' ')}.`,
  })
  return false
}

type Credentials =
  | { readonly kind: 'bearer'; readonly token: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed' }

/** Other schemes count as no credentials: what they prove is nothing to this server. */
function readBearer({ headersDistinct }: IncomingMessage): Credentials {
  const values = headersDistinct.authorization ?? []
  if (values.length > 1) return { kind: 'malformed' }
  const value = values[0]?.trim() ?? ''
  if (!/^bearer(?:\s|$)/i.test(value)) return { kind: 'none' }
  const token = /^bearer +([\w\-.~+/]+=*)$/i.exec(value)?.[1]
  return token === undefined ? { kind: 'malformed' } : { kind: 'bearer', token }
}

/** What the call needs, or where no call is known yet, enough to begin with. */
function scopesToAskFor({ state }: McpContext, neededScopes: NeededScopes): readonly Scope[] {
  const needed = state.body?.ok ? neededScopes(state.body.json) : []
  return needed.length > 0 ? needed : leastUsefulScopes
}

interface ChallengeError {
  readonly code: 'invalid_request' | 'invalid_token' | 'insufficient_scope'
  /** Without quotes or backslashes: it travels in a quoted string. */
  readonly description: string
}

function challenge(
  ctx: McpContext,
  status: 400 | 401 | 403,
  scopes: readonly Scope[],
  error?: ChallengeError,
) {
  ctx.status = status
  ctx.set('WWW-Authenticate', bearerChallenge(ctx.state.resource, scopes, error))
  ctx.set('Cache-Control', 'no-store')
  ctx.body = {
    error: error?.code ?? 'unauthorized',
    error_description: error?.description ?? 'An access token is required.',
  }
}

/**
 * One challenge on one line (RFC 9728 section 5.1, RFC 6750 section 3). Without credentials it carries no error code.
 */
export function bearerChallenge(
  { metadataUrl }: ServedResource,
  scopes: readonly Scope[],
  error?: ChallengeError,
): string {
  const parameters = [`resource_metadata="${metadataUrl}"`, `scope="${scopes.join(' ')}"`]
  if (error) parameters.push(`error="${error.code}"`, `error_description="${error.description}"`)
  return `Bearer ${parameters.join(', ')}`
}
