import { setTimeout as wait } from 'node:timers/promises'
import type { Examination } from '../../examination.ts'
import { claimsOf } from '../../granted-scope.ts'
import { present } from '../token/acceptance.ts'
import { type GrantClient, type Renewal, renewalInShort } from './token-endpoint.ts'

/** Judges the answer to a refresh token that does not hold (RFC 6749 section 5.2). */
export function examineRefusal({ found }: Examination, refused: Renewal, where: string): void {
  const { status } = refused.answer
  if (status === 400 && refused.error === 'invalid_grant') return
  const detail = {
    where,
    got: renewalInShort(refused),
    expected: 'HTTP 400 invalid_grant',
    exchanges: [refused.answer.exchange],
  }
  // The code is what the SDKs read; some clients look at the status too.
  const level = refused.error === 'invalid_grant' ? 'warning' : 'error'
  found('refresh_error_wrong', { ...detail, level })
}

/** How long an access token may outlive its revocation before it is said to live on. */
const usualPatienceMs = 3000
const pauseMs = 250
/** Seconds: who revokes may wait so long. */
const shortLife = 600

/** What a grant has come to. */
interface LastTokens {
  readonly accessToken: string | undefined
  readonly refreshToken: string | undefined
}

/** Gives everything back, and sees that it has ended. */
export async function examineRevocation(
  examination: Examination,
  client: GrantClient,
  { accessToken, refreshToken }: LastTokens,
  patienceMs = usualPatienceMs,
): Promise<void> {
  const { found, mcpUrl } = examination
  const { revoke } = client
  if (!revoke) return found('revocation_missing', { where: client.tokenEndpoint })
  if (refreshToken !== undefined) {
    const answer = await revoke(refreshToken, 'refresh_token')
    const detail = { where: answer.exchange.request.url, exchanges: [answer.exchange] }
    if (answer.status !== 200 && answer.status !== 204) {
      return found('revocation_refused', { ...detail, got: `HTTP ${answer.status}` })
    }
    const again = await client.refresh(refreshToken)
    if (again.accessToken !== undefined) {
      const exchanges = [answer.exchange, again.answer.exchange]
      return found('revoked_refresh_token_accepted', { ...detail, exchanges })
    }
  }
  if (accessToken === undefined) return
  if ((await present(examination, accessToken)).reception !== 'accepted') return
  // Servers of JWTs may refuse this one (unsupported_token_type): what counts is whether it ends.
  const revoked = await revoke(accessToken, 'access_token')
  const begun = Date.now()
  const seconds = () => `${Math.round((Date.now() - begun) / 100) / 10} s`
  let met = await present(examination, accessToken)
  while (met.reception === 'accepted' && Date.now() - begun < patienceMs) {
    await wait(pauseMs)
    met = await present(examination, accessToken)
  }
  const exchanges = [revoked.exchange, met.answer.exchange]
  if (met.reception === 'accepted') {
    const exp = claimsOf(accessToken)?.exp
    const end = typeof exp === 'number' ? new Date(exp * 1000) : undefined
    const got = `after ${seconds()}${end ? `, until ${end.toISOString()}` : ''}`
    const isShort = end !== undefined && end.getTime() - Date.now() < shortLife * 1000
    const level = isShort ? 'note' : 'warning'
    found('revoked_token_accepted', { where: mcpUrl, got, exchanges, level })
  } else if (Date.now() - begun > 1000) {
    found('revocation_delayed', { where: mcpUrl, got: seconds(), exchanges })
  }
}
