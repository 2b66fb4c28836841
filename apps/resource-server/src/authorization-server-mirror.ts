import type Koa from 'koa'
import { AuthorizationServerUnavailable, askAuthorizationServer } from './authorization-server.ts'
import {
  allowAnyOrigin,
  answerMethodNotAllowed,
  answerPreflight,
  answerPublicDocument,
} from './public-document.ts'

const mirroredPaths = [
  '/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration',
] as const

const freshSeconds = 60

/**
 * The metadata documents of the authorization server, mirrored for clients of MCP revision 2025-03-26: they look for
 * them on the MCP host. A copy is used for a minute; without the authorization server the answer is 503.
 */
export function mirrorAuthorizationServerMetadata(issuer: string): Koa.Middleware {
  const copies = new Map<string, { document: string; untilMs: number }>()

  async function fetchCopy(path: string): Promise<string> {
    const copy = copies.get(path)
    if (copy && Date.now() < copy.untilMs) return copy.document
    const document = JSON.stringify(await askAuthorizationServer(`${issuer}${path}`))
    copies.set(path, { document, untilMs: Date.now() + freshSeconds * 1000 })
    return document
  }

  return async function serveMirroredMetadata(ctx, next) {
    const path = mirroredPaths.find((mirrored) => mirrored === ctx.path)
    if (path === undefined) return next()
    try {
      await answerPublicDocument(ctx, {
        maxAgeSeconds: freshSeconds,
        document: () => fetchCopy(path),
      })
    } catch (error) {
      if (!(error instanceof AuthorizationServerUnavailable)) throw error
      ctx.state.log.warn({ err: error }, 'authorization server unavailable')
      answerUnavailable(ctx, error)
    }
  }
}

/** 503 says "later", where 401 would send a person through a sign-in that can't work. */
export function answerUnavailable(ctx: Koa.Context, error: AuthorizationServerUnavailable) {
  ctx.status = 503
  ctx.set('Retry-After', String(error.retryAfterSeconds))
  ctx.body = {
    error: 'temporarily_unavailable',
    error_description: 'The authorization server does not answer at the moment.',
  }
}

/** Where clients without metadata look (MCP 2025-03-26, fallbacks), and what each endpoint answers there. */
const fallbacks: Record<string, { endpoint: string; methods: readonly string[] }> = {
  '/authorize': { endpoint: '/oauth2/authorize', methods: ['GET', 'POST'] },
  '/token': { endpoint: '/oauth2/token', methods: ['POST'] },
  '/register': { endpoint: '/oauth2/register', methods: ['POST'] },
}

/** Sends clients that guess endpoints on the MCP host to the authorization server: GET by 303, POST by 307. */
export function redirectFallbackEndpoints(issuer: string): Koa.Middleware {
  return async function redirectFallbackEndpoint(ctx, next) {
    const fallback = Object.hasOwn(fallbacks, ctx.path) ? fallbacks[ctx.path] : undefined
    if (fallback === undefined) return next()
    const allow = [...fallback.methods, 'OPTIONS'].join(', ')
    allowAnyOrigin(ctx)
    if (ctx.method === 'OPTIONS') return answerPreflight(ctx, allow)
    if (!fallback.methods.includes(ctx.method)) return answerMethodNotAllowed(ctx, allow)
    ctx.status = ctx.method === 'GET' ? 303 : 307
    ctx.set('Location', `${issuer}${fallback.endpoint}${ctx.search}`)
    ctx.body = { error: 'moved', error_description: 'The authorization server answers here.' }
  }
}
