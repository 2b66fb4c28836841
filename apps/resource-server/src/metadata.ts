import { proofAlgorithms } from '@neonpanel/contracts/dpop'
import { resourceScopes } from '@neonpanel/contracts/scopes'
import type Koa from 'koa'
import { answerMethodNotAllowed, answerPublicDocument } from './public-document.ts'
import type { ServedResource } from './served-resources.ts'

const wellKnownPath = '/.well-known/oauth-protected-resource'

/**
 * Protected-resource metadata (RFC 9728): one document per served path, at the place that section 3.1 derives from it,
 * and the canonical one at the root for clients that lost the challenge.
 *
 * @param resources by path, the canonical one first
 */
export function protectedResourceMetadata(
  resources: ReadonlyMap<string, ServedResource>,
  issuer: string,
): Koa.Middleware {
  const documents = new Map<string, string>()
  for (const resource of resources.values()) {
    const document = JSON.stringify(describeResource(resource, issuer))
    if (documents.size === 0) documents.set(wellKnownPath, document)
    documents.set(new URL(resource.metadataUrl).pathname, document)
  }
  return async function serveProtectedResourceMetadata(ctx, next) {
    const document = documents.get(ctx.path)
    if (document === undefined) return next()
    await answerPublicDocument(ctx, { maxAgeSeconds: 300, document: () => document })
  }
}

/** A few words for whoever opens the server's address: where to point a client, and where the rest is described. */
export function describeServer(mcpUrl: string, issuer: string): Koa.Middleware {
  const { origin, pathname } = new URL(mcpUrl)
  const words = [
    'NeonPanel MCP server',
    '',
    `Connect an MCP client to      ${mcpUrl}`,
    `Who may connect is decided at ${issuer}`,
    `Connected apps are listed at  ${issuer}/account`,
    `How this server is protected  ${origin}${wellKnownPath}${pathname}`,
    '',
  ].join('\n')
  return async function answerDescription(ctx, next) {
    if (ctx.path !== '/' || pathname === '/') return next()
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD')
      return answerMethodNotAllowed(ctx, 'GET, HEAD')
    ctx.type = 'text/plain; charset=utf-8'
    ctx.body = words
  }
}

function describeResource(resource: ServedResource, issuer: string) {
  return {
    resource: resource.identifier,
    authorization_servers: [issuer],
    scopes_supported: resourceScopes,
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: proofAlgorithms,
    resource_name: 'NeonPanel',
    resource_documentation: `${new URL(resource.identifier).origin}/`,
  }
}
