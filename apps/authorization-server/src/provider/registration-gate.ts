import { randomBytes } from 'node:crypto'
import {
  initialAccessTokenClaims,
  initialAccessTokenType,
} from '@neonpanel/contracts/initial-access-token'
import { registrationScope } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import {
  createLocalJWKSet,
  type JSONWebKeySet,
  type JWTPayload,
  errors as joseErrors,
  jwtVerify,
} from 'jose'
import Provider, {
  type AdapterPayload,
  type ClientMetadata,
  errors,
  type KoaContextWithOIDC,
} from 'oidc-provider'
import { findClient } from '../clients/clients.ts'
import {
  findInitialAccessToken,
  type InitialAccessToken,
  spendInitialAccessToken,
} from '../initial-access-tokens/initial-access-tokens.ts'
import { explainRefusal, type RefusalReason } from './refusal-reason.ts'

/** Name of the policy that every initial access token carries. */
export const gatePolicy = 'initial_access_token'

/**
 * Where registration is open, who presents nothing presents this: everybody takes the same way, and a token that somebody does
 * have counts there too. It never leaves the process.
 */
export const openRegistrationToken = randomBytes(32).toString('base64url')

const openRegistrationJti = 'open'

/** Under what a registration takes place; in `ctx.state` for the rest of the request. */
interface Registration {
  readonly initialAccessToken: InitialAccessToken
}

export function registrationOf(ctx: KoaContextWithOIDC | undefined): Registration | undefined {
  return ctx?.state.registration
}

/**
 * Verifies an initial access token (CONTRACT section 4): our signature, issuer and audience, its own `typ` because the same
 * keys sign access tokens, its time, and its scope.
 *
 * @returns what the provider takes for a stored token; undefined is its 401 `invalid_token`
 * @throws InsufficientScope, its 403
 */
export async function verifyInitialAccessToken(
  token: string,
  { issuer, jwks, isOpen }: { issuer: string; jwks: JSONWebKeySet; isOpen: boolean },
): Promise<AdapterPayload | undefined> {
  if (isOpen && token === openRegistrationToken) {
    return { jti: openRegistrationJti, kind: 'InitialAccessToken', policies: [gatePolicy] }
  }
  const verified = await jwtVerify(token, createLocalJWKSet(jwks), {
    issuer,
    audience: issuer,
    typ: initialAccessTokenType,
    algorithms: ['ES256'],
    requiredClaims: ['exp', 'iat', 'jti'],
    currentDate: new Date(Date.now()),
  }).catch(explainInvalid)
  if (!verified) return undefined
  const claims = initialAccessTokenClaims.safeParse(verified.payload)
  if (!claims.success) return refuseScope(verified.payload)
  const { jti, iat, exp } = claims.data
  return { jti, iat, exp, kind: 'InitialAccessToken', policies: [gatePolicy] }
}

function explainInvalid(error: unknown): undefined {
  const isExpired = error instanceof joseErrors.JWTExpired
  explainRefusal(Provider.ctx, {
    reason: isExpired ? 'initial_access_token_expired' : 'initial_access_token_invalid',
    ...(isExpired && { got: isoTime(Date.now() / 1000), expected: isoTime(error.payload.exp) }),
  })
}

const isoTime = (seconds = 0) => new Date(seconds * 1000).toISOString()

function refuseScope({ scope }: JWTPayload): undefined {
  if (scope === registrationScope) return undefined
  explainRefusal(Provider.ctx, {
    reason: 'initial_access_token_scope',
    got: String(scope ?? 'no scope'),
    expected: registrationScope,
  })
  throw new errors.InsufficientScope(
    `the initial access token needs the scope ${registrationScope}`,
    registrationScope,
  )
}

/**
 * The policy: what the token's maker allowed, then one use of it. The metadata is judged first, so that a request that
 * fails costs no use. It runs again when the client is updated, where the token that made it still rules and nothing is
 * spent.
 */
export function registrationGate(database: Database) {
  return async function gate(
    ctx: KoaContextWithOIDC,
    properties: Record<string, unknown>,
  ): Promise<void> {
    const initialAccessToken = await tokenOf(database, ctx)
    if (!initialAccessToken) {
      if (ctx.method === 'PUT' || isOpenRegistration(ctx)) return
      explainRefusal(ctx, { reason: 'initial_access_token_invalid' })
      throw new errors.InvalidToken('initial access token is revoked or unknown')
    }
    ctx.state.registration = { initialAccessToken } satisfies Registration
    assertAllowedHosts(ctx, initialAccessToken, properties.redirect_uris)
    if (ctx.method === 'PUT') return
    await judge(ctx, properties)
    if (!(await spendInitialAccessToken(database, initialAccessToken.jti))) {
      explainRefusal(ctx, unspendable(await tokenOf(database, ctx)))
      throw new errors.InvalidToken('initial access token is used up, revoked or expired')
    }
  }
}

function unspendable(token: InitialAccessToken | undefined): RefusalReason {
  if (token?.revokedAt) return { reason: 'initial_access_token_revoked' }
  if (token && token.uses >= token.maxUses) {
    const reason = 'initial_access_token_used_up'
    return { reason, got: `${token.uses + 1}`, expected: `${token.maxUses}` }
  }
  return { reason: 'initial_access_token_invalid' }
}

function isOpenRegistration({ oidc }: KoaContextWithOIDC): boolean {
  return oidc.entities.InitialAccessToken?.jti === openRegistrationJti
}

async function tokenOf(database: Database, ctx: KoaContextWithOIDC) {
  const presented = ctx.oidc.entities.InitialAccessToken
  if (presented) return findInitialAccessToken(database, presented.jti)
  const client = ctx.oidc.client && (await findClient(database, ctx.oidc.client.clientId))
  if (!client?.initialAccessTokenJti) return undefined
  return findInitialAccessToken(database, client.initialAccessTokenJti)
}

/** The provider's own validation, which it repeats when it stores the client. The scope is a wish and not judged. */
async function judge(ctx: KoaContextWithOIDC, properties: Record<string, unknown>): Promise<void> {
  const { scope: _wish, ...judged } = properties
  await ctx.oidc.provider.Client.validate(structuredClone(judged) as ClientMetadata)
}

function assertAllowedHosts(
  ctx: KoaContextWithOIDC,
  { allowedRedirectHosts }: InitialAccessToken,
  uris: unknown,
): void {
  if (allowedRedirectHosts.length === 0 || !Array.isArray(uris)) return
  for (const uri of uris) {
    const host = typeof uri === 'string' && URL.canParse(uri) ? new URL(uri).hostname : ''
    if (!allowedRedirectHosts.includes(host)) {
      explainRefusal(ctx, {
        reason: 'initial_access_token_host',
        got: host || 'no host',
        expected: allowedRedirectHosts.join(', '),
      })
      throw new errors.InvalidClientMetadata(
        `redirect_uris must be on a host that the initial access token allows: ${allowedRedirectHosts.join(', ')}`,
      )
    }
  }
}
