import type { Database } from '@neonpanel/database/open'
import type { Account, FindAccount, KoaContextWithOIDC } from 'oidc-provider'
import { findPerson } from '../people/directory.ts'
import { rememberedFacts } from './grant-facts.ts'

interface Identity {
  readonly id: string
  readonly name: string
  readonly email: string
}

/** People as the provider sees them; a suspended person is unknown to it. */
export function findAccount(database: Database): FindAccount {
  return async (ctx, personId, token) => {
    const facts = rememberedFacts(ctx, token && 'grantId' in token ? token.grantId : undefined)
    if (facts?.person.id === personId) return facts.isLive ? accountOf(facts.person) : undefined
    const person = await findPerson(database, personId)
    return person && !person.suspendedAt ? accountOf(person) : undefined
  }
}

/** Claims by scope (OpenID Connect Core section 5.4); the directory's addresses are verified by who invited the person. */
export const claimsByScope = {
  openid: ['sub'],
  profile: ['name'],
  email: ['email', 'email_verified'],
}

function accountOf({ id, name, email }: Identity): Account {
  return {
    accountId: id,
    claims: () => ({ sub: id, name, email, email_verified: true }),
  }
}

/** Whether the browser's session names somebody who may not sign in any more. */
export function isAccountGone(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.session?.accountId !== undefined && ctx.oidc.account === undefined
}
