import { keyConfirmation } from '@neonpanel/contracts/dpop'
import { companyScopesOf, invalidToken, type Judgement, resourceScopesOf } from './access-token.ts'
import type { ActiveToken } from './introspection.ts'

/**
 * Judges an opaque token by what the authorization server says about it. Refresh tokens are opaque and active too:
 * only the type and the audience tell them apart.
 */
export function judgeOpaqueToken(
  answer: ActiveToken,
  { issuer, resource }: { issuer: string; resource: string },
): Judgement {
  const { client_id: clientId, token_type: type, exp, sub } = answer
  const confirmation = keyConfirmation.optional().safeParse(answer.cnf)
  if (!confirmation.success || type?.toLowerCase() !== (confirmation.data ? 'dpop' : 'bearer')) {
    return invalidToken('The token is not an access token of a kind that is known here.')
  }
  if (answer.iss !== issuer) return invalidToken('The access token is from another issuer.')
  const [audience, ...others] = [answer.aud].flat()
  if (audience !== resource || others.length > 0) {
    return invalidToken('The access token is not meant for this resource.')
  }
  if (clientId === undefined || exp === undefined) {
    return invalidToken('The access token lacks a claim.')
  }
  if (exp * 1000 <= Date.now()) return invalidToken('The access token has expired.')
  return {
    ok: true,
    accessToken: {
      personId: sub ?? clientId,
      clientId,
      grantId: answer.grant_id,
      scopes: resourceScopesOf(answer.scope),
      companies: answer.companies ?? [],
      companyScopes: companyScopesOf(answer.company_scopes),
      expiresAt: new Date(exp * 1000),
      boundTo: confirmation.data?.jkt,
    },
  }
}
