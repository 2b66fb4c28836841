import type { AccessTokenClaims } from '@neonpanel/contracts/access-token'
import { challengedScopeParameter } from '@neonpanel/contracts/challenged-scope'
import { isScope, parseScope, type Scope } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import type { Middleware } from 'koa'
import type { Client, KoaContextWithOIDC } from 'oidc-provider'
import { recordAudit } from '../audit/audit.ts'
import { findClient } from '../clients/clients.ts'
import { findGrantFacts, type GrantFacts, rememberedFacts, rememberFacts } from './grant-facts.ts'
import type { JwtAccessTokens } from './jwt-tokens.ts'
import { noteUse } from './last-use.ts'
import { rememberScopeChallenge } from './scope-challenges.ts'

interface TokenOptions {
  readonly database: Database
  readonly tokens: JwtAccessTokens
  readonly resourceServerClientId: string
}

interface OidcToken {
  readonly kind: string
  readonly clientId?: string | undefined
  readonly aud?: unknown
}

/**
 * Who may ask about a token: the resource server about access tokens for itself, a client about its own (RFC 7662 section 4).
 * There is one resource, so that an access token with an audience is for it; one without is for UserInfo.
 */
export function mayIntrospect(resourceServerClientId: string) {
  return (_ctx: KoaContextWithOIDC, client: Client, token: OidcToken): boolean =>
    client.clientId === resourceServerClientId
      ? token.kind !== 'RefreshToken' && token.aud !== undefined
      : token.clientId === client.clientId
}

/**
 * Introspection (RFC 7662) tells what a token is worth now, not what it was when it was issued: nothing once its grant ended,
 * its person or client is suspended or it was revoked; and never a scope or company that the person has lost since.
 * The provider answers for the tokens it stores; for our JWT access tokens it has authenticated the caller and left off.
 */
export function introspection(options: TokenOptions): Middleware {
  return async function introspect(ctx, next) {
    await next()
    if (!isAt(ctx, 'introspection')) return
    if (isStructuredToken(ctx.body)) {
      ctx.status = 200
      ctx.body = await describe(ctx, options)
    } else if (isActive(ctx.body) && ctx.body.grant_id) {
      const facts = rememberedFacts(ctx, ctx.body.grant_id)
      ctx.body = facts ? worthOf(ctx.body, facts) : inactive
    }
    // The resource server asks because somebody presents the token to it.
    if (isActive(ctx.body) && ctx.oidc.client?.clientId === options.resourceServerClientId) {
      const { client_id, grant_id } = ctx.body
      await noteUse(options.database, client_id, rememberedFacts(ctx, grant_id))
      const challenged = ctx.oidc.body?.[challengedScopeParameter]
      if (grant_id && typeof challenged === 'string') {
        await rememberScopeChallenge(options.database, grant_id, challenged)
      }
    }
  }
}

/**
 * Revocation (RFC 7009) of a JWT access token: it is remembered until it expires. Anything else that is no token of the caller
 * is answered 200 without effect, as section 2.2 has it.
 */
export function revocation({ database, tokens }: TokenOptions): Middleware {
  return async function revoke(ctx, next) {
    await next()
    if (!isAt(ctx, 'revocation') || !isStructuredToken(ctx.body)) return
    const claims = await tokens.verify(presentedToken(ctx))
    ctx.status = 200
    ctx.type = 'text'
    ctx.body = ''
    if (!claims || claims.client_id !== ctx.oidc.client?.clientId) return
    await tokens.revoke(claims)
    await recordAudit(database, {
      type: 'token.revoked',
      clientId: claims.client_id,
      grantId: claims.grant_id,
      ...(claims.grant_id && { personId: claims.sub }),
      correlationId: ctx.state.correlationId,
      detail: { jti: claims.jti },
    })
  }
}

interface Active {
  readonly active: true
  readonly scope?: string | undefined
  readonly client_id: string
  readonly grant_id?: string | undefined
}

const inactive = { active: false } as const

async function describe(ctx: KoaContextWithOIDC, options: TokenOptions) {
  const { database, tokens } = options
  const claims = await tokens.verify(presentedToken(ctx))
  if (!claims) return inactive
  const token = { kind: 'AccessToken', clientId: claims.client_id, aud: claims.aud }
  const caller = ctx.oidc.client
  if (!caller || !mayIntrospect(options.resourceServerClientId)(ctx, caller, token)) return inactive
  const [isRevoked, answer] = await Promise.all([
    tokens.isRevoked(claims.jti),
    claims.grant_id ? grantAnswer(ctx, database, claims) : ownAnswer(database, claims),
  ])
  return isRevoked ? inactive : answer
}

async function grantAnswer(ctx: KoaContextWithOIDC, database: Database, claims: AccessTokenClaims) {
  const facts = await findGrantFacts(database, claims.grant_id ?? '')
  if (!facts?.isLive || facts.person.id !== claims.sub) return inactive
  rememberFacts(ctx, facts)
  return worthOf(activeAnswer(claims), facts)
}

/** A client that speaks for itself. */
async function ownAnswer(database: Database, claims: AccessTokenClaims) {
  const client = await findClient(database, claims.client_id)
  return client && !client.suspendedAt ? activeAnswer(claims) : inactive
}

function activeAnswer(claims: AccessTokenClaims) {
  return { active: true, token_type: claims.cnf ? 'DPoP' : 'Bearer', ...claims } as const
}

/**
 * A token all of whose resource scopes were lost is worth nothing. `company_scopes` says in which company each of the others
 * counts: a person has a role per company, and a token that opens several must not carry the rights of one into another.
 */
function worthOf(answer: Active, { scopes: worth, companies }: GrantFacts) {
  const held = parseScope(answer.scope)
  const scopes = held.filter((scope) => worth.has(scope))
  if (held.some(isScope) && !scopes.some(isScope)) return inactive
  const inCompany = ([id, held]: [string, readonly Scope[]]) => [
    id,
    held.filter((scope) => scopes.includes(scope)).join(' '),
  ]
  return {
    ...answer,
    scope: scopes.join(' '),
    companies: [...companies.keys()],
    company_scopes: Object.fromEntries([...companies].map(inCompany)),
  }
}

function isAt(ctx: unknown, route: string): ctx is KoaContextWithOIDC {
  return (ctx as Partial<KoaContextWithOIDC>).oidc?.route === route
}

function isActive(body: unknown): body is Active {
  return typeof body === 'object' && body !== null && 'active' in body && body.active === true
}

/** The provider's word for a JWT: it looks only for what it stored. The caller is authenticated by then. */
function isStructuredToken(body: unknown): boolean {
  return (
    typeof body === 'object' &&
    body !== null &&
    'error' in body &&
    body.error === 'unsupported_token_type'
  )
}

function presentedToken({ oidc }: KoaContextWithOIDC): string {
  return String(oidc.params?.token ?? '')
}
