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
const patienceMs = 8000
const pauseMs = 250

/** Gives everything back, and sees that it has ended. */
export async function examineRevocation(
  examination: Examination,
  client: GrantClient,
  last: { accessToken: string | undefined; refreshToken: string | undefined },
): Promise<void> {
  const { found, mcpUrl } = examination
  const { revoke } = client
  if (!revoke) return found('revocation_missing', { where: client.tokenEndpoint })
  const { accessToken, refreshToken } = last
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
    const until = typeof exp === 'number' ? `, until ${new Date(exp * 1000).toISOString()}` : ''
    const got = `after ${seconds()}${until}`
    found('revoked_token_accepted', { where: mcpUrl, got, exchanges })
  } else if (Date.now() - begun > 1000) {
    found('revocation_delayed', { where: mcpUrl, got: seconds(), exchanges })
  }
}
