import type { CryptoKey, JWK } from 'jose'
import type { AdminApi } from '../admin/admin-api.ts'
import type { MintedToken } from '../admin/documents.ts'

/** An access token that a test wants, good or bad. */
export interface TokenWish {
  /** Person id or e-mail address, with a grant of its own; absent = the client speaks for itself. */
  readonly person?: string
  /** Default `local-client`. */
  readonly clientId?: string
  /** Space-delimited. */
  readonly scope?: string
  /** Company ids; absent = all of the person. */
  readonly companies?: readonly string[]
  /** Negative for a token that has expired. */
  readonly ttlSeconds?: number
  /** `iss`, in place of the stack’s. */
  readonly issuer?: string
  /** `aud`, in place of the MCP server’s. */
  readonly audience?: string | readonly string[]
  /** Added to the claims, or in place of them; null takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>
  /** As `claims`, of the JOSE header. */
  readonly header?: Readonly<Record<string, unknown>>
  /** `alg`. With a key of one’s own it is signed so, otherwise only said. */
  readonly alg?: string
  /**
   * Who signs: the server (default), a `rogue` key under the server’s `kid`, nobody (`none`), or a key of one’s own: a JWK,
   * a CryptoKey, or bytes for HMAC.
   */
  readonly key?: 'server' | 'rogue' | 'none' | JWK | CryptoKey | Uint8Array
}

/** Makes any access token without a flow. */
export async function mintToken(api: AdminApi, wish: TokenWish): Promise<MintedToken> {
  const { key = 'server', alg } = wish
  const isOwn = typeof key !== 'string'
  const minted = await api.post<MintedToken>('/tokens', {
    ...(wish.person !== undefined && { person: wish.person }),
    ...(wish.clientId !== undefined && { client_id: wish.clientId }),
    ...(wish.scope !== undefined && { scope: wish.scope }),
    ...(wish.companies !== undefined && { companies: wish.companies }),
    ...(wish.ttlSeconds !== undefined && { ttl_seconds: wish.ttlSeconds }),
    claims: {
      ...(wish.issuer !== undefined && { iss: wish.issuer }),
      ...(wish.audience !== undefined && { aud: wish.audience }),
      ...wish.claims,
    },
    header: { ...(alg !== undefined && { alg }), ...wish.header },
    key: isOwn ? 'server' : key,
  })
  return isOwn ? signAnew(minted, key, alg) : minted
}

async function signAnew(
  { header, claims }: MintedToken,
  key: JWK | CryptoKey | Uint8Array,
  alg: string | undefined,
): Promise<MintedToken> {
  const { CompactSign } = await import('jose')
  const protectedHeader = { ...header, alg: alg ?? String(header.alg) }
  const token = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader(protectedHeader)
    .sign(key)
  return { token, header: protectedHeader, claims }
}
