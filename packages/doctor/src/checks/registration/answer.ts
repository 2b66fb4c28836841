import { type Answer, NoAnswer } from '../../ask.ts'
import type { Examination } from '../../examination.ts'
import type { Detail } from '../../finding.ts'
import type { RegistrationWays } from '../../servers.ts'
import { askToRegister, invalidOnPurpose, isRegistered, undo } from './attempt.ts'

type Dynamic = RegistrationWays['dynamic']

interface Offer {
  readonly endpoint: string
  /** Whether metadata documents are another way. */
  readonly document: boolean
}

/** Sends metadata that a correct server refuses: how it does tells whether anybody may register. */
export async function judgeRegistration(x: Examination, offer: Offer): Promise<Dynamic> {
  let answer: Answer
  try {
    answer = await askToRegister(x, offer.endpoint, invalidOnPurpose)
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    const { exchange } = error
    const detail = { where: offer.endpoint, got: exchange.failure, exchanges: [exchange] }
    x.found('registration_unreachable', { ...detail, expected: '400 invalid_redirect_uri' })
    return 'closed'
  }
  const { status } = answer
  const shown = shownBy(answer, offer)
  if (isRegistered(answer)) return registered(x, answer, shown)
  if (status === 401) return gated(x, answer, { offer, shown })
  if (status === 429) {
    const got = answer.headers.get('retry-after') ?? 'not said'
    x.found('registration_rate_limited', { ...shown, got })
    return 'open'
  }
  if (status === 403) {
    x.found('registration_forbidden', { ...shown, ...(offer.document && { level: 'warning' }) })
    return 'closed'
  }
  if (status === 404 || status === 405 || status === 410) {
    x.found('registration_endpoint_missing', shown)
    return 'closed'
  }
  if (status === 415) {
    x.found('registration_refuses_json', { ...shown, expected: '400 for metadata in JSON' })
    return 'closed'
  }
  if (status >= 500) {
    x.found('registration_broken', shown)
    return 'closed'
  }
  if (status >= 300 && status < 400) {
    x.found('registration_redirects', { ...shown, got: answer.headers.get('location') ?? '' })
    return 'closed'
  }
  judgeError(x, answer, shown)
  return 'open'
}

function shownBy({ status, json, headers, exchange }: Answer, { endpoint }: Offer): Detail {
  const error = errorOf(json)
  const type = headers.get('content-type') ?? 'no content type'
  return {
    where: endpoint,
    got: `${status} ${error ?? type}`,
    expected: '400 invalid_redirect_uri or invalid_client_metadata',
    exchanges: [exchange],
  }
}

async function registered(x: Examination, answer: Answer, shown: Detail): Promise<Dynamic> {
  const undone = await undo(x, answer)
  const exchanges = [answer.exchange, ...undone.exchanges]
  x.found('registration_accepts_invalid_metadata', { ...shown, got: undone.says, exchanges })
  return 'open'
}

function gated(
  x: Examination,
  answer: Answer,
  { offer, shown }: { offer: Offer; shown: Detail },
): Dynamic {
  const expected = '401 with WWW-Authenticate: Bearer, for an initial access token'
  const level = offer.document ? 'note' : 'warning'
  x.found('registration_gated', { ...shown, expected, level })
  const challenge = answer.headers.get('www-authenticate')
  if (!/\bbearer\b/i.test(challenge ?? '')) {
    const got = challenge ?? 'no WWW-Authenticate'
    x.found('registration_challenge_missing', { ...shown, got, expected: 'Bearer' })
  }
  if (errorOf(answer.json) === undefined) x.found('registration_error_unreadable', shown)
  return 'gated'
}

/** A refusal, as it should be: whether clients can read it. */
function judgeError(x: Examination, { status, json, headers }: Answer, shown: Detail) {
  const error = errorOf(json)
  const isJson = /^application\/(?:[\w.+-]+\+)?json\b/i.test(headers.get('content-type') ?? '')
  if (error === undefined || !isJson || status < 400) {
    x.found('registration_error_unreadable', shown)
  } else if (status !== 400 || !expectedErrors.has(error)) {
    x.found('registration_error_code', shown)
  }
}

const expectedErrors = new Set([
  'invalid_redirect_uri',
  'invalid_client_metadata',
  'invalid_software_statement',
  'unapproved_software_statement',
])

function errorOf(json: unknown): string | undefined {
  if (typeof json !== 'object' || json === null || !('error' in json)) return undefined
  return typeof json.error === 'string' ? json.error : undefined
}
