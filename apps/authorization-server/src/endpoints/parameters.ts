import { canonicalResource } from '@neonpanel/contracts/resource-identifier'
import {
  isReadScope,
  isScope,
  parseScope,
  requiredScope,
  resourceScopes,
} from '@neonpanel/contracts/scopes'
import type Provider from 'oidc-provider'
import { findClient } from '../clients/clients.ts'
import type { ServerContext } from '../context.ts'
import { routes } from '../provider/configuration.ts'
import { impliedScopeParameter } from '../provider/resources.ts'
import { presentedClient } from './client-authentication.ts'

/** The parameters of one request to an endpoint, to be changed in place before the provider reads them. */
export interface OAuthRequest {
  readonly path: string
  readonly parameters: URLSearchParams
  /** `Authorization` header. */
  readonly authorization: string | undefined
}

type ParameterContext = Pick<ServerContext, 'config' | 'database' | 'provider'>

/** An error of the endpoint (RFC 6749 section 5.2). */
export interface Refusal {
  readonly error: string
  readonly error_description: string
}

/**
 * Puts what real clients send, and the provider takes literally, in terms that it knows.
 *
 * @returns why the request must not go on
 */
export async function normaliseParameters(
  context: ParameterContext,
  request: OAuthRequest,
): Promise<Refusal | undefined> {
  request.parameters.delete(impliedScopeParameter)
  canonicaliseResource(request.parameters, context.config.mcpUrl)
  // The provider would tell only after it used up the code or refresh token.
  if (request.path === routes.token && namesAnotherResource(context, request)) return invalidTarget
  if (asksForScope(request)) await completeScope(context, request)
  if (request.path === routes.token) {
    await completeRedirectUri(context.provider, request.parameters)
  }
  return undefined
}

const invalidTarget: Refusal = {
  error: 'invalid_target',
  error_description: 'resource indicator is missing, or unknown',
}

function namesAnotherResource({ config }: ParameterContext, { parameters }: OAuthRequest): boolean {
  return parameters.getAll('resource').some((resource) => resource && resource !== config.mcpUrl)
}

/** Known spellings of the resource become the one in access tokens; others stay and are refused (RFC 8707 section 2). */
function canonicaliseResource(parameters: URLSearchParams, mcpUrl: string): void {
  const asked = parameters.getAll('resource')
  if (asked.length === 0) return
  const named = new Set(asked.map((resource) => canonicalResource(resource, mcpUrl) ?? resource))
  parameters.delete('resource')
  for (const resource of named) parameters.append('resource', resource)
}

function asksForScope({ path, parameters }: OAuthRequest): boolean {
  if (parameters.getAll('scope').length > 1) return false
  if (path === routes.token) return parameters.get('grant_type') === 'client_credentials'
  // The request that was pushed, or is signed, says what it asks for.
  if (parameters.has('request_uri') || parameters.has('request')) return false
  return [
    routes.authorization,
    routes.pushed_authorization_request,
    routes.device_authorization,
  ].some((known) => known === path)
}

/**
 * No scope means all that reads, up to the client's ceiling; what the person may not hold is left out at consent. Any resource
 * scope needs `read:companies`.
 */
async function completeScope({ database }: ParameterContext, request: OAuthRequest): Promise<void> {
  const asked = parseScope(request.parameters.get('scope') ?? undefined)
  if (asked.some(isScope)) {
    if (!asked.includes(requiredScope)) {
      request.parameters.set('scope', [...asked, requiredScope].join(' '))
      request.parameters.set(impliedScopeParameter, requiredScope)
    }
    return
  }
  if (asked.length > 0) return
  const clientId = presentedClient(request)?.clientId
  const client = clientId ? await findClient(database, clientId) : undefined
  const ceiling = client?.scopeCeiling ?? resourceScopes
  request.parameters.set('scope', ceiling.filter(isReadScope).join(' '))
}

/** OAuth 2.1 clients leave it out at the token endpoint; PKCE binds the code to them (OAuth 2.1 section 10.2). */
async function completeRedirectUri(provider: Provider, parameters: URLSearchParams): Promise<void> {
  const code = parameters.get('code')
  if (parameters.get('grant_type') !== 'authorization_code' || !code) return
  if (parameters.get('redirect_uri')) return
  const found = await provider.AuthorizationCode.find(code, { ignoreExpiration: true })
  if (found?.redirectUri) parameters.set('redirect_uri', found.redirectUri)
}
