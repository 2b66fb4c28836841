import { accessTokenAlgorithm } from '@neonpanel/contracts/access-token'
import { isScope, parseScope, resourceScopes } from '@neonpanel/contracts/scopes'
import { type Configuration, errors } from 'oidc-provider'
import type { Config } from '../config.ts'

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>

/**
 * A request parameter of our own, which no client can send: the scope that was added because others need it. What was added
 * is not what was requested.
 */
export const impliedScopeParameter = 'implied_scope'

/**
 * The one resource, the MCP server (RFC 8707). Other spellings of it are rewritten before the provider sees them. A request
 * that names none means it, unless it only asks who somebody is: that token is for UserInfo.
 */
export function resourceIndicators(config: Config): ResourceIndicators {
  return {
    enabled: true,
    defaultResource: (ctx, _client, oneOf) => {
      if (oneOf) return oneOf.includes(config.mcpUrl) ? config.mcpUrl : [...oneOf]
      const asked = parseScope(ctx.oidc.params?.scope as string | undefined)
      const onlyIdentity = asked.includes('openid') && !asked.some(isScope)
      return onlyIdentity ? undefined : config.mcpUrl
    },
    useGrantedResource: () => true,
    getResourceServerInfo: (_ctx, resource) => {
      if (resource !== config.mcpUrl) throw new errors.InvalidTarget()
      return {
        scope: resourceScopes.join(' '),
        audience: config.mcpUrl,
        accessTokenTTL: config.accessTokenTtlSeconds,
        accessTokenFormat: config.accessTokenFormat,
        jwt: { sign: { alg: accessTokenAlgorithm } },
      }
    },
  }
}
