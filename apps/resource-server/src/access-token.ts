import { isScope, parseScope, type Scope } from '@neonpanel/contracts/scopes'
import type { ServerNote } from '@neonpanel/flows/recording/recorded-exchange'

/** What a valid access token lets its holder do. */
export interface AccessToken {
  /** `sub`: the person, or the client itself for `client_credentials`. */
  readonly personId: string
  readonly clientId: string
  /** The grant whose end ends the token; undefined for `client_credentials`. */
  readonly grantId?: string | undefined
  readonly scopes: ReadonlySet<Scope>
  /** Ids of the companies that the token opens. */
  readonly companies: readonly string[]
  /** The scopes that count in each company; absent where all of them count in all. */
  readonly companyScopes?: ReadonlyMap<string, ReadonlySet<Scope>> | undefined
  readonly expiresAt: Date
  /** Thumbprint of the key whose holder alone may use the token (RFC 9449); undefined for a bearer token. */
  readonly boundTo: string | undefined
}

/** Whether a token is good, or in one sentence for its holder why it is not. */
export type Judgement =
  | { readonly ok: true; readonly accessToken: AccessToken }
  | {
      readonly ok: false
      readonly reason: 'invalid_token'
      readonly description: string
      /** The same for whoever reads the flow. */
      readonly note: ServerNote
    }

export function invalidToken(description: string, note: ServerNote): Judgement {
  return { ok: false, reason: 'invalid_token', description, note }
}

/** Identity scopes are the authorization server's business. */
export function resourceScopesOf(scope: string | undefined): ReadonlySet<Scope> {
  return new Set(parseScope(scope).filter(isScope))
}

/** What an introspection answer says about single companies. */
export function companyScopesOf(
  answer: Readonly<Record<string, string>> | undefined,
): AccessToken['companyScopes'] {
  if (!answer) return undefined
  return new Map(Object.entries(answer).map(([id, scope]) => [id, resourceScopesOf(scope)]))
}

/** The companies that the token opens for something that needs all of the given scopes. */
export function companiesWith(
  { companies, companyScopes, scopes }: AccessToken,
  needed: readonly Scope[],
): readonly string[] {
  if (!needed.every((scope) => scopes.has(scope))) return []
  if (!companyScopes) return companies
  return companies.filter((id) => needed.every((scope) => companyScopes.get(id)?.has(scope)))
}

export function hasExpired({ expiresAt }: AccessToken): boolean {
  return expiresAt.getTime() <= Date.now()
}
