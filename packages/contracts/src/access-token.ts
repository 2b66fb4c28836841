import { z } from 'zod'
import { keyConfirmation } from './dpop.ts'

/** JOSE header `typ` of an access token (RFC 9068 section 2.1). */
export const accessTokenType = 'at+jwt'

/** The only algorithm that signs access tokens. */
export const accessTokenAlgorithm = 'ES256'

/** Claims of an access token: RFC 9068 section 2.2, and two of ours, `grant_id` and `companies`. */
export const accessTokenClaims = z.object({
  iss: z.string(),
  /** Id of the person; for `client_credentials` the client id (RFC 9068 section 2.2). */
  sub: z.string().min(1),
  /** Exactly `MCP_URL`. */
  aud: z.string(),
  client_id: z.string().min(1),
  /** Space-delimited. */
  scope: z.string(),
  /** Epoch seconds. */
  iat: z.int(),
  /** Epoch seconds. */
  exp: z.int(),
  jti: z.string().min(1),
  /** The grant whose end ends this token; absent for `client_credentials`. */
  grant_id: z.string().optional(),
  /** Ids of the companies that the person consented to. */
  companies: z.array(z.string()),
  /** The key whose holder alone may use the token; absent for a bearer token. */
  cnf: keyConfirmation.optional(),
})

export type AccessTokenClaims = z.infer<typeof accessTokenClaims>
