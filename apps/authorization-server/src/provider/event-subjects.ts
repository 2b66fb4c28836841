import type { KoaContextWithOIDC } from 'oidc-provider'

/** Whom and what an event of the provider is about, by ids. */
export function aboutGrant({ oidc }: KoaContextWithOIDC) {
  const { client, account, session, entities } = oidc
  const source = entities.AuthorizationCode ?? entities.RefreshToken ?? entities.DeviceCode
  return {
    clientId: client?.clientId,
    personId: account?.accountId ?? session?.accountId,
    grantId: entities.Grant?.jti ?? source?.grantId,
  }
}

/** The provider's name for one authorization, the same through all its pages; none when no page was needed. */
export function aboutFlow({ oidc }: KoaContextWithOIDC) {
  const flow = oidc.entities.Interaction?.cid
  return flow ? { flow } : {}
}
