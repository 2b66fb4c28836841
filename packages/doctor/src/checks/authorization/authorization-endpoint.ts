import { inShort } from '../../conversation.ts'
import type { Examination } from '../../examination.ts'
import { stranger } from './stranger.ts'

/** An unknown client is shown an error, or the sign-in before it is looked at; never sent to where it says. */
export async function examineAuthorizationEndpoint(
  { ask, found }: Examination,
  endpoint: string,
  resource: string,
): Promise<void> {
  const url = new URL(endpoint)
  const parameters = {
    response_type: 'code',
    client_id: stranger.clientId,
    redirect_uri: stranger.redirectUri,
    code_challenge: stranger.challenge,
    code_challenge_method: 'S256',
    state: 'neonpanel-doctor',
    resource,
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  const answer = await ask({ url: url.href, headers: { accept: 'text/html' } })
  const { status, headers, exchange } = answer
  const expected = 'an error page'
  const detail = { where: endpoint, expected, exchanges: [exchange] }
  const location = headers.get('location') ?? ''
  if (URL.parse(location, endpoint)?.host === new URL(stranger.redirectUri).host) {
    found('open_redirect', { ...detail, got: `HTTP ${status} to ${location}` })
  } else if (status === 404 || status === 405) {
    found('authorization_endpoint_not_found', { ...detail, got: inShort(answer) })
  } else if (status >= 500) {
    found('authorization_endpoint_fails', { ...detail, got: inShort(answer) })
  }
}
