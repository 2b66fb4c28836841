/**
 * Where clients look for the metadata of an issuer, in their order: RFC 8414 section 3.1, OpenID Connect Discovery with
 * the path inserted, and with it in front. Without a path the last two are one.
 */
export function serverMetadataUrls(issuer: string): string[] {
  const { origin, path } = partsOf(issuer)
  return [
    ...new Set([
      `${origin}/.well-known/oauth-authorization-server${path}`,
      `${origin}/.well-known/openid-configuration${path}`,
      `${origin}${path}/.well-known/openid-configuration`,
    ]),
  ]
}

/** Where servers put it by mistake, and no client looks. */
export function misplacedMetadataUrls(issuer: string): string[] {
  const { origin, path } = partsOf(issuer)
  if (!path) return []
  return [
    `${origin}${path}/.well-known/oauth-authorization-server`,
    `${origin}/.well-known/oauth-authorization-server`,
    `${origin}/.well-known/openid-configuration`,
  ]
}

function partsOf(issuer: string): { origin: string; path: string } {
  const { origin, pathname } = new URL(issuer)
  return { origin, path: pathname.replace(/\/$/, '') }
}
