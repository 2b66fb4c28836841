import { type Answer, NoAnswer } from '../../ask.ts'
import { inShort } from '../../conversation.ts'
import type { Examination } from '../../examination.ts'
import { isObject, textOf } from '../../json.ts'
import { stranger } from './stranger.ts'

/** A made-up code of an unknown client is refused with a JSON error. */
export async function examineTokenEndpoint(
  examination: Examination,
  endpoint: string,
  resource: string,
): Promise<void> {
  const { ask } = examination
  const form = {
    grant_type: 'authorization_code',
    code: 'neonpanel-doctor-made-this-up',
    redirect_uri: stranger.redirectUri,
    client_id: stranger.clientId,
    code_verifier: stranger.verifier,
    resource,
  }
  const answer = await ask({ url: endpoint, headers: { accept: 'application/json' }, form })
  if (tellAnswer(examination, endpoint, answer)) return
  const url = new URL(endpoint)
  for (const [name, value] of Object.entries(form)) url.searchParams.set(name, value)
  await examineGet(examination, endpoint, url.href)
}

const errorOf = ({ json }: Answer) => (isObject(json) ? textOf(json.error) : undefined)

/** @returns whether the endpoint is of no use */
function tellAnswer({ found }: Examination, endpoint: string, answer: Answer): boolean {
  const { status, headers, json, exchange } = answer
  const error = errorOf(answer)
  const got = error === undefined ? inShort(answer) : `HTTP ${status}, error ${error}`
  const expected = '401 with {"error": "invalid_client"}, or 400'
  const detail = { where: endpoint, got, expected, exchanges: [exchange] }
  const location = headers.get('location')
  if (status >= 300 && status < 400 && location !== null) {
    const target = URL.parse(location, endpoint)?.href ?? location
    found('token_endpoint_redirects', {
      ...detail,
      got: `HTTP ${status} to ${location}`,
      expected: target,
    })
    return true
  }
  if (status === 415) {
    found('token_form_refused', { ...detail, expected: 'application/x-www-form-urlencoded taken' })
    return true
  }
  // Some answer an unknown client with 404 and an error of OAuth.
  if ((status === 404 || status === 405) && error === undefined) {
    found('token_endpoint_not_found', detail)
    return true
  }
  if (status >= 500) {
    found('token_endpoint_fails', detail)
    return true
  }
  if (status < 300) {
    const token = isObject(json) && json.access_token !== undefined
    found(token ? 'token_for_made_up_code' : 'token_error_is_success', detail)
    return true
  }
  if (!isObject(json)) {
    found('token_error_not_json', detail)
  } else if (error === undefined) {
    found('token_error_unnamed', detail)
  } else if (status !== 400 && status !== 401) {
    found('token_error_status', detail)
  } else if (error !== 'invalid_client') {
    found('unknown_client_unnamed', detail)
  }
  return false
}

/** Refusing GET for what it is differs from looking at the code that it carries. */
async function examineGet({ ask, found }: Examination, endpoint: string, url: string) {
  try {
    const answer = await ask({ url, headers: { accept: 'application/json' } })
    const error = errorOf(answer)
    if (error !== 'invalid_grant' && error !== 'invalid_client') return
    found('token_by_get', {
      where: `GET ${endpoint}`,
      got: `HTTP ${answer.status}, error ${error}`,
      expected: '405',
      exchanges: [answer.exchange],
    })
  } catch (cause) {
    // Who leaves GET without an answer does not look at it.
    if (!(cause instanceof NoAnswer)) throw cause
  }
}
