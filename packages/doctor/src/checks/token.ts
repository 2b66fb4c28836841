import { decodeProtectedHeader } from 'jose'
import { inShort } from '../conversation.ts'
import type { Examination } from '../examination.ts'
import { claimsOf, grantedScopes, scopesOf } from '../granted-scope.ts'
import type { Members } from '../json.ts'
import type { AuthorizationServer, Resource, Session } from '../servers.ts'
import { examineForgeries, type Met, present } from './token/acceptance.ts'
import { examineClaims } from './token/claims.ts'
import { examineSignature } from './token/signature.ts'

/**
 * What the access token says, whether the MCP endpoint takes it, and whether it refuses what nobody issued. What is wrong
 * with the token comes first: it is why it is refused.
 *
 * @returns whether the MCP endpoint takes the token, as far as is known
 */
export async function examineToken(
  examination: Examination,
  signedIn: { resource: Resource; server: AuthorizationServer; session: Session },
): Promise<boolean> {
  const { found, mcpUrl } = examination
  const { session } = signedIn
  let isExplained = false
  const explaining: Examination = {
    ...examination,
    found: (id, detail) => {
      isExplained ||= refusals.has(id) && detail?.level !== 'warning'
      found(id, detail)
    },
  }
  examineResponse(explaining, session)
  const met = await present(examination, session.accessToken)
  const jwt = readJwt(session.accessToken)
  if (jwt) {
    const shown = [met.answer.exchange]
    const token = {
      ...jwt,
      ...signedIn,
      accepted: met.reception === 'accepted',
      shown,
      now: clockOf(met),
    }
    await examineSignature(explaining, token)
    examineClaims(explaining, token)
  } else found('token_opaque', { where: 'access_token' })
  if (met.reception === 'accepted') {
    await examineForgeries(examination, { token: session.accessToken, header: jwt?.header })
    return true
  }
  if (met.reception === 'unknown') return true
  if (isExplained) return false
  const { answer } = met
  const id = met.reception === 'broken' ? 'token_breaks_server' : 'token_refused'
  const challenge = answer.headers.get('www-authenticate')
  const got = challenge ? `${inShort(answer)}, ${challenge}` : inShort(answer)
  found(id, { where: mcpUrl, got, exchanges: [answer.exchange] })
  return false
}

/** Findings for which a resource server refuses the token. */
const refusals: ReadonlySet<string> = new Set([
  'token_unsigned',
  'token_symmetric',
  'token_keys_unavailable',
  'token_key_unknown',
  'token_signature_wrong',
  'token_issuer_mismatch',
  'token_audience_missing',
  'token_audience_wrong',
  'token_audience_spelling',
  'token_is_id_token',
  'token_expired',
  'token_not_yet_valid',
])

function readJwt(token: string): { header: Members; claims: Members } | undefined {
  const claims = claimsOf(token)
  try {
    return claims && { header: { ...decodeProtectedHeader(token) }, claims }
  } catch {
    return undefined
  }
}

/** The time at the MCP endpoint; this machine's when it tells none. */
function clockOf({ answer }: Met): Date {
  const told = new Date(answer.headers.get('date') ?? '')
  return Number.isNaN(told.getTime()) ? new Date() : told
}

/** What the token response said (RFC 6749 section 5.1). */
function examineResponse({ found }: Examination, session: Session): void {
  const { grant } = session
  if (!grant) return
  const { tokenType, requestedScope } = grant
  if (tokenType !== undefined && tokenType.toLowerCase() !== 'bearer') {
    const got = tokenType || 'no token_type'
    found('token_type_not_bearer', { where: 'token_type', got, expected: 'Bearer' })
  }
  if (grant.expiresIn === undefined) {
    found('expires_in_missing', { where: 'expires_in', got: 'no expires_in' })
  }
  const granted = grantedScopes(session)
  if (requestedScope === undefined || !granted) return
  // These ask for an ID token or a refresh token, not for access to the resource.
  const isOfResource = (scope: string) => !identityScopes.includes(scope)
  const asked = scopesOf(requestedScope).filter(isOfResource)
  const more = granted.filter((scope) => isOfResource(scope) && !asked.includes(scope))
  const less = asked.filter((scope) => !granted.includes(scope))
  const detail = { where: 'scope', got: granted.join(' '), expected: requestedScope }
  if (grant.scope === undefined && more.length + less.length > 0) found('scope_not_told', detail)
  if (more.length > 0) found('scope_wider', detail)
  if (less.length > 0) found('scope_reduced', detail)
}

const identityScopes = ['openid', 'profile', 'email', 'offline_access']
