import { z } from 'zod'
import { registrationScope } from './scopes.ts'

/** JOSE header `typ` of an initial access token; the same keys sign access tokens, so it is essential. */
export const initialAccessTokenType = 'iat+jwt'

/** Claims of an initial access token (RFC 7591 section 3: it gates client registration). */
export const initialAccessTokenClaims = z.object({
  iss: z.string(),
  /** The issuer itself. */
  aud: z.string(),
  scope: z.literal(registrationScope),
  /** Epoch seconds. */
  iat: z.int(),
  /** Epoch seconds. */
  exp: z.int(),
  jti: z.string().min(1),
  /** Hosts that redirect URIs may have; absent = any host that the registration policy allows. */
  allowed_redirect_hosts: z.array(z.string()).optional(),
  /** Scopes that the client may ever be granted; absent = all. */
  allowed_scopes: z.array(z.string()).optional(),
})

export type InitialAccessTokenClaims = z.infer<typeof initialAccessTokenClaims>
