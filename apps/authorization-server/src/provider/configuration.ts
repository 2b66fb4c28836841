import { proofAlgorithms } from '@neonpanel/contracts/dpop'
import { introspectionCredentials } from '@neonpanel/contracts/introspection-credentials'
import { identityScopes, resourceScopes } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import type { JSONWebKeySet } from 'jose'
import type { Configuration, JWKS } from 'oidc-provider'
import type { Config } from '../config.ts'
import { chosenPolicy } from '../refresh-lab/policies.ts'
import { sessionCookie, sessionTtlSeconds } from '../web/own-session.ts'
import {
  deviceSuccess,
  deviceUserCodeConfirm,
  deviceUserCodeInput,
  logoutSource,
  postLogoutSuccessSource,
  renderError,
} from '../web/provider-pages.ts'
import { claimsByScope, findAccount } from './accounts.ts'
import { bodyLimits, type ClientMetadataDocuments } from './client-metadata-documents.ts'
import { allowsOrigin } from './client-origins.ts'
import { interactionPrompts, loadExistingGrant } from './consent-policy.ts'
import { senderConstraint } from './dpop.ts'
import { rememberedFacts } from './grant-facts.ts'
import { mayIntrospect } from './introspection.ts'
import { grantTtlSeconds, idTokenTtlSeconds } from './lifetimes.ts'
import { type RefreshRotation, refreshRotation } from './refresh-rotation.ts'
import { extraMembers, validateClientMetadata } from './registration.ts'
import { gatePolicy, registrationGate, verifyInitialAccessToken } from './registration-gate.ts'
import { impliedScopeParameter, resourceIndicators } from './resources.ts'
import { type AppSecrets, deriveKeys } from './secrets.ts'
import { type PrivateSigningKey, signingAlgorithms } from './signing-key-rows.ts'
import { createStorage, issuesRefreshToken } from './storage.ts'

export interface ProviderOptions {
  readonly config: Config
  readonly database: Database
  readonly appSecrets: AppSecrets
  /** In order of use. */
  readonly keys: readonly PrivateSigningKey[]
  readonly documents: ClientMetadataDocuments
}

const clientAuthMethods = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
] as const

/** Paths of the endpoints (CONTRACT section 1.1). */
export const routes = {
  authorization: '/oauth2/authorize',
  token: '/oauth2/token',
  registration: '/oauth2/register',
  revocation: '/oauth2/revoke',
  introspection: '/oauth2/introspect',
  userinfo: '/oauth2/userinfo',
  end_session: '/oauth2/logout',
  pushed_authorization_request: '/oauth2/par',
  device_authorization: '/oauth2/device',
  code_verification: '/device',
  jwks: '/oauth2/jwks',
} as const

/** Everything that is said to the provider. What it says by default is not repeated. */
export function providerConfiguration(options: ProviderOptions): Configuration {
  const { config, database, appSecrets, keys, documents } = options
  const rotation = refreshRotation(config, appSecrets, chosenPolicy(config, database))
  return {
    routes,
    adapter: createStorage({
      database,
      appSecrets,
      mcpUrl: config.mcpUrl,
      rotation,
      findInitialAccessToken: (token) =>
        verifyInitialAccessToken(token, {
          issuer: config.issuer,
          jwks: publicKeySet(keys),
          isOpen: config.registrationMode === 'open',
        }),
    }),
    jwks: { keys: keys.map(({ privateJwk }) => privateJwk) } as JWKS,
    cookies: cookies(config, appSecrets),
    clients: [resourceServerClient(appSecrets)],
    clientAuthMethods: [...clientAuthMethods],
    clientDefaults: {
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: 'RS256',
    },
    clientBasedCORS: (_ctx, origin, client) => allowsOrigin(client, origin),
    clockTolerance: 1,
    conformIdTokenClaims: false,
    discovery: metadata(config),
    enabledJWA: {
      idTokenSigningAlgValues: [...signingAlgorithms],
      clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      dPoPSigningAlgValues: [...proofAlgorithms],
    },
    expiresWithSession: () => false,
    extraClientMetadata: { properties: extraMembers, validator: validateClientMetadata },
    extraParams: [impliedScopeParameter],
    extraTokenClaims: (ctx, token) => {
      const grantId = 'grantId' in token ? token.grantId : undefined
      const companies = rememberedFacts(ctx, grantId)?.companies.keys() ?? []
      return { ...(grantId && { grant_id: grantId }), companies: [...companies] }
    },
    features: features(options),
    fetch: documents.fetch,
    fetchResponseBodyLimits: bodyLimits,
    findAccount: findAccount(database),
    claims: claimsByScope,
    interactions: {
      policy: interactionPrompts(),
      url: (_ctx, { uid }) => `/interaction/${uid}`,
    },
    issueRefreshToken: (_ctx, client) => issuesRefreshToken(client),
    loadExistingGrant: loadExistingGrant(database),
    pkce: { required: () => true },
    renderError: renderError({ database, mcpUrl: config.mcpUrl }),
    responseTypes: ['code'],
    revokeGrantPolicy: (ctx) => !(ctx.oidc.route === 'revocation' && ctx.oidc.entities.AccessToken),
    rotateRefreshToken: async (ctx) =>
      (await rotation.policyFor(ctx.oidc.client?.clientId)).rotates,
    scopes: [...identityScopes, ...resourceScopes],
    ttl: lifetimes(config, rotation),
  }
}

/** Seconds. */
function lifetimes(config: Config, rotation: RefreshRotation): Configuration['ttl'] {
  return {
    AccessToken: config.accessTokenTtlSeconds,
    AuthorizationCode: config.authorizationCodeTtlSeconds,
    ClientCredentials: config.accessTokenTtlSeconds,
    DeviceCode: 600,
    Grant: grantTtlSeconds(config),
    IdToken: idTokenTtlSeconds,
    Interaction: 3_600,
    RefreshToken: rotation.ttlSeconds,
    Session: sessionTtlSeconds,
  }
}

function features({ config, database, appSecrets, documents }: ProviderOptions) {
  const hasRegistration = config.registrationMode !== 'off'
  return {
    clientCredentials: { enabled: true },
    clientIdMetadataDocument: documents.feature,
    deviceFlow: {
      enabled: true,
      charset: 'base-20',
      mask: '****-****',
      userCodeInputSource: deviceUserCodeInput,
      userCodeConfirmSource: deviceUserCodeConfirm(database),
      successSource: deviceSuccess,
    },
    devInteractions: { enabled: false },
    dPoP: senderConstraint(appSecrets),
    introspection: {
      enabled: true,
      allowedPolicy: mayIntrospect(introspectionCredentials(appSecrets[0]).clientId),
    },
    pushedAuthorizationRequests: { enabled: true },
    registration: {
      enabled: hasRegistration,
      // Open registration has a token too: see `openRegistrationToken`.
      initialAccessToken: hasRegistration,
      policies: !hasRegistration ? undefined : { [gatePolicy]: registrationGate(database) },
    },
    registrationManagement: { enabled: hasRegistration, rotateRegistrationAccessToken: false },
    resourceIndicators: resourceIndicators(config),
    revocation: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: logoutSource(database),
      postLogoutSuccessSource,
    },
    rpMetadataChoices: { enabled: true },
    userinfo: { enabled: true },
  } satisfies Configuration['features']
}

/** `__Host-` where cookies can be secure: no other host or path can set or see them. */
function cookies(
  { issuer }: Config,
  appSecrets: AppSecrets,
): NonNullable<Configuration['cookies']> {
  const isSecure = issuer.startsWith('https:')
  const attributes = { ...sessionCookie, secure: isSecure }
  const { path: _everywhere, ...short } = attributes
  return {
    keys: deriveKeys(appSecrets, 'cookies').map((key) => key.toString('base64url')),
    names: {
      session: isSecure ? '__Host-session' : 'session',
      interaction: isSecure ? '__Secure-interaction' : 'interaction',
      resume: isSecure ? '__Secure-resume' : 'resume',
    },
    long: attributes,
    short,
  }
}

/** The one client that introspects every access token; both servers derive its secret. */
function resourceServerClient([appSecret]: AppSecrets) {
  const { clientId, clientSecret } = introspectionCredentials(appSecret)
  return {
    client_id: clientId,
    client_secret: clientSecret,
    client_name: 'NeonPanel MCP',
    grant_types: [],
    response_types: [],
    redirect_uris: [],
  }
}

/** Members that the provider does not derive from its configuration. */
function metadata({ issuer, mcpUrl }: Config) {
  return {
    service_documentation: `${issuer}/`,
    protected_resources: [mcpUrl],
    revocation_endpoint_auth_methods_supported: [...clientAuthMethods],
    introspection_endpoint_auth_methods_supported: [...clientAuthMethods],
  }
}

export function publicKeySet(keys: readonly PrivateSigningKey[]): JSONWebKeySet {
  return {
    keys: keys.map(({ publicJwk, kid, algorithm }) => ({
      ...publicJwk,
      kid,
      alg: algorithm,
      use: 'sig',
    })),
  } as JSONWebKeySet
}
