import { identityScopes, isScope } from '@neonpanel/contracts/scopes'
import type { Database } from '@neonpanel/database/open'
import {
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
} from 'oidc-provider'
import { findClient, isTrustedClient } from '../clients/clients.ts'
import { isAccountGone } from './accounts.ts'
import { findAnsweredChallenge } from './scope-challenges.ts'

const { Check, base } = interactionPolicy

/**
 * When a person is asked to sign in and to consent: the provider's own rules, and three of ours. A session of somebody who is
 * suspended counts as none; a request for nothing that exists is refused at once; resource scopes are consented to for the
 * resource alone.
 */
export function interactionPrompts() {
  const policy = base()
  const login = policy.get('login')!
  login.checks.add(
    new Check('account_gone', 'sign-in is required', 'login_required', isAccountGone),
  )
  login.checks.add(
    new Check('unknown_scope', 'no known scope was requested', refuseUnknownScope),
    0,
  )
  const consent = policy.get('consent')!
  consent.checks.remove('op_scopes_missing')
  consent.checks.add(
    new Check(
      'op_scopes_missing',
      'requested scopes not granted',
      isIdentityScopeMissing,
      (ctx) => ({
        missingOIDCScope: missingIdentityScopes(ctx),
      }),
    ),
  )
  return policy
}

/**
 * The grant that an authorization request builds on. Clients that nobody vouches for are asked about every time (OAuth 2.1
 * section 7.3.1); a trusted one may reuse what the same person allowed it in the same browser, unless it comes back for what a
 * call lacked: they may have refused that.
 */
export function loadExistingGrant(database: Database): Configuration['loadExistingGrant'] {
  return async (ctx) => {
    const { provider, client, session, account, result } = ctx.oidc
    if (!client || !session || !account) return undefined
    const consented = result?.consent?.grantId
    if (consented) return provider.Grant.find(consented)
    if (!isTrustedClient(await findClient(database, client.clientId))) return undefined
    const grantId = session.grantIdFor(client.clientId)
    const grant = grantId ? await provider.Grant.find(grantId) : undefined
    if (grant?.accountId !== account.accountId) return undefined
    const asked = {
      personId: account.accountId,
      clientId: client.clientId,
      scopes: [...ctx.oidc.requestParamScopes],
    }
    return (await findAnsweredChallenge(database, asked)) ? undefined : grant
  }
}

function refuseUnknownScope({ oidc }: KoaContextWithOIDC): boolean {
  const isKnown = (scope: string) => isScope(scope) || isIdentityScope(scope)
  if ([...oidc.requestParamScopes].some(isKnown)) return Check.NO_NEED_TO_PROMPT
  throw new errors.InvalidScope('none of the requested scopes exists', '')
}

function isIdentityScopeMissing(ctx: KoaContextWithOIDC): boolean {
  return missingIdentityScopes(ctx).length > 0
}

function missingIdentityScopes({ oidc }: KoaContextWithOIDC): string[] {
  const decided = new Set(oidc.grant?.getOIDCScopeEncountered().split(' '))
  return [...oidc.requestParamOIDCScopes].filter(
    (scope) => isIdentityScope(scope) && !decided.has(scope),
  )
}

function isIdentityScope(scope: string): boolean {
  return (identityScopes as readonly string[]).includes(scope)
}
