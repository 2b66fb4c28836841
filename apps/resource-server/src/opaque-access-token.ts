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
    const text = 'The token is not an access token of a kind that is known here.'
    return invalidToken(text, { reason: 'token_type', got: type ?? 'none', expected: 'Bearer' })
  }
  if (answer.iss !== issuer) {
    const note = { reason: 'token_issuer', got: answer.iss ?? 'none', expected: issuer }
    return invalidToken('The access token is from another issuer.', note)
  }
  const [audience, ...others] = [answer.aud].flat()
  if (audience !== resource || others.length > 0) {
    const got = [answer.aud ?? 'none'].flat().join(' ')
    const note = { reason: 'token_audience', got, expected: resource }
    return invalidToken('The access token is not meant for this resource.', note)
  }
  if (clientId === undefined || exp === undefined) {
    return invalidToken('The access token lacks a claim.', { reason: 'token_claims' })
  }
  if (exp * 1000 <= Date.now()) {
    const expected = new Date(exp * 1000).toISOString()
    const note = { reason: 'token_expired', got: new Date(Date.now()).toISOString(), expected }
    return invalidToken('The access token has expired.', note)
  }
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
