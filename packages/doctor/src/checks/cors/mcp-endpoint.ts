import type { Answer } from '../../ask.ts'
import { endSession, initializeMessage } from '../../conversation.ts'
import type { Examination } from '../../examination.ts'
import type { Resource } from '../../servers.ts'
import { attempted } from '../attempted.ts'
import {
  type Allowed,
  askPreflight,
  isOk,
  notAllowed,
  preflightSays,
  readAllowed,
} from './access-control.ts'
import { examineExposed } from './exposed.ts'

interface Page {
  readonly origin: string
  /** Undefined where no token is asked for. */
  readonly resource: Resource | undefined
  readonly token: string | undefined
}

const always = ['content-type', 'mcp-protocol-version']
const newest = ['mcp-method', 'mcp-name']

/** @returns whether pages are meant to use the endpoint, and may go on to the other ones */
export async function examineMcpEndpoint(x: Examination, page: Page): Promise<boolean> {
  const { origin, resource } = page
  const needed = resource ? ['authorization', ...always] : always
  const preflight = (headers: readonly string[]) => askPreflight(x, x.mcpUrl, { origin, headers })
  const [asked, session, modern, resumed, answer] = await Promise.all([
    preflight(needed),
    preflight([...needed, 'mcp-session-id']),
    preflight([...needed, ...newest]),
    preflight([...needed, 'last-event-id']),
    askFromPage(x, page),
  ])
  // Who refuses the origin altogether is seen with Origin and Host.
  if (!asked || !answer || answer.status === 403) return false
  const allowed = readAllowed(asked, origin)
  const answered = readAllowed(answer, origin)
  if (!examineOrigins(x, page, { asked, answer, allowed, answered })) return false
  const simple = isOk(asked) ? asked : await preflight(['content-type'])
  if (!isOk(asked) && !(simple && isOk(simple))) {
    reportRefused(x, asked)
    return false
  }
  const hasSession = answer.headers.has('mcp-session-id')
  examineHeaders(x, { hasSession, asked, allowed, needed, origin, session, modern, resumed })
  examineMethods(x, asked, allowed)
  await examineExposed(x, { answer, answered, ...page })
  examineCredentials(x, answer, answered)
  return true
}

/** Without a token where one is asked for, as each client begins; a session is ended again. */
async function askFromPage(x: Examination, { origin, resource }: Page) {
  const accept = 'application/json, text/event-stream'
  const question = { url: x.mcpUrl, json: initializeMessage, headers: { accept, origin } }
  const answer = await attempted(x.ask(question))
  if (answer && !resource) await endSession({ ...x, token: undefined }, answer)
  return answer
}

interface Seen {
  readonly asked: Answer
  readonly answer: Answer
  readonly allowed: Allowed
  readonly answered: Allowed
}

/** @returns whether the page gets any further */
function examineOrigins(
  x: Examination,
  { origin }: Page,
  { asked, answer, allowed, answered }: Seen,
): boolean {
  const exchanges = [asked.exchange, answer.exchange]
  const detail = { where: x.mcpUrl, exchanges }
  const odd = [allowed, answered].find((one) => one.origin === 'malformed')
  const other = [allowed, answered].find((one) => one.origin === 'other')
  if (!allowed.isMeant && !answered.isMeant) {
    const got = 'no Access-Control-* header'
    x.found('cors_absent', { ...detail, got, expected: `Access-Control-Allow-Origin: ${origin}` })
  } else if (asked.status === 401) {
    x.found('preflight_asks_for_token', { ...detail, got: '401', expected: '204' })
  } else if (odd) {
    x.found('allow_origin_malformed', { ...detail, got: odd.told, expected: origin })
  } else if (other) {
    x.found('origin_not_allowed', { ...detail, got: other.told, expected: origin })
  } else if (answered.origin === 'page') {
    if (allowed.origin === 'page' || !isOk(asked)) return true
    const expected = `Access-Control-Allow-Origin: ${origin}`
    x.found('preflight_without_origin', { ...detail, got: preflightSays(asked), expected })
    return false
  } else {
    const got = `${answer.status} without Access-Control-Allow-Origin`
    x.found('answer_without_origin', { ...detail, got, expected: origin })
  }
  return false
}

function reportRefused(x: Examination, asked: Answer) {
  const exchanges = [asked.exchange]
  x.found('preflight_refused', {
    where: x.mcpUrl,
    got: preflightSays(asked),
    expected: '204',
    exchanges,
  })
}

interface Preflights {
  /** Whether there are sessions, as far as can be seen. */
  readonly hasSession: boolean
  readonly asked: Answer
  readonly allowed: Allowed
  readonly needed: readonly string[]
  readonly origin: string
  readonly session: Answer | undefined
  readonly modern: Answer | undefined
  readonly resumed: Answer | undefined
}

/** Servers that refuse a preflight for one header too many are asked for each group apart. */
function examineHeaders(x: Examination, seen: Preflights) {
  const { asked, allowed, needed, origin, session, modern, resumed, hasSession } = seen
  const missingOf = (answer: Answer | undefined, wanted: readonly string[]) =>
    answer && isOk(answer) ? notAllowed(wanted, readAllowed(answer, origin)) : wanted
  const shown = (answer: Answer | undefined, missing: readonly string[]) => ({
    where: x.mcpUrl,
    got: answer?.headers.get('access-control-allow-headers') ?? 'no Access-Control-Allow-Headers',
    expected: missing.join(', '),
    exchanges: [(answer ?? asked).exchange],
  })
  const missing = isOk(asked)
    ? notAllowed(needed, allowed)
    : needed.filter((name) => name !== 'content-type')
  if (missing.length > 0) {
    x.found('mcp_headers_not_allowed', shown(asked, missing))
    return
  }
  const noSession = missingOf(session, ['mcp-session-id'])
  if (noSession.length > 0) {
    const level = hasSession ? 'error' : 'warning'
    x.found('mcp_headers_not_allowed', { ...shown(session, noSession), level })
  }
  const notModern = missingOf(modern, newest)
  if (notModern.length > 0) x.found('modern_headers_not_allowed', shown(modern, notModern))
  const notResumed = missingOf(resumed, ['last-event-id'])
  if (notResumed.length > 0) x.found('resumption_header_not_allowed', shown(resumed, notResumed))
}

function examineMethods(x: Examination, asked: Answer, { methods }: Allowed) {
  if (methods.has('DELETE') || methods.has('*')) return
  const got = [...methods].join(', ') || 'no Access-Control-Allow-Methods'
  x.found('delete_not_allowed', {
    where: x.mcpUrl,
    got,
    expected: 'DELETE',
    exchanges: [asked.exchange],
  })
}

function examineCredentials(x: Examination, answer: Answer, { told, credentials }: Allowed) {
  if (!credentials) return
  const got = `Access-Control-Allow-Credentials: true with Access-Control-Allow-Origin: ${told}`
  const exchanges = [answer.exchange]
  x.found('credentials_allowed', { where: x.mcpUrl, got, expected: 'no such header', exchanges })
}
