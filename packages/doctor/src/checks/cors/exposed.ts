import type { Answer } from '../../ask.ts'
import { endSession, initializeMessage } from '../../conversation.ts'
import type { Examination } from '../../examination.ts'
import type { Resource } from '../../servers.ts'
import { attempted } from '../attempted.ts'
import { type Allowed, readAllowed } from './access-control.ts'

interface Answered {
  readonly origin: string
  readonly resource: Resource | undefined
  readonly token: string | undefined
  /** To `initialize` of a page without a token. */
  readonly answer: Answer
  readonly answered: Allowed
}

/** Whether a page can read the headers that it needs. */
export async function examineExposed(x: Examination, seen: Answered): Promise<void> {
  const { answer, answered, resource } = seen
  const listedBy = ({ exposed }: Allowed) =>
    [...exposed].join(', ') || 'no Access-Control-Expose-Headers'
  const detail = { where: x.mcpUrl, got: listedBy(answered), exchanges: [answer.exchange] }
  const hides = (name: string, { exposed }: Allowed) => !exposed.has(name) && !exposed.has('*')
  if (answer.headers.has('www-authenticate') && hides('www-authenticate', answered)) {
    const level = isWellKnown(x, resource?.url) ? 'warning' : 'error'
    x.found('challenge_not_exposed', { ...detail, expected: 'WWW-Authenticate', level })
  }
  const connected = resource ? await connect(x, seen) : answer
  const hasSession = connected?.headers.has('mcp-session-id') === true
  // Without a token it is not known whether there are sessions.
  const shown = connected ? readAllowed(connected, seen.origin) : answered
  if (!hides('mcp-session-id', shown) || (connected && !hasSession)) return
  const exchanges = [(connected ?? answer).exchange]
  const got = listedBy(shown)
  const level = hasSession ? 'error' : 'warning'
  x.found('session_id_not_exposed', {
    ...detail,
    got,
    exchanges,
    expected: 'Mcp-Session-Id',
    level,
  })
}

/** Where a page looks when it cannot read the challenge. */
function isWellKnown({ mcpUrl }: Examination, url: string | undefined): boolean {
  const { origin, pathname } = new URL(mcpUrl)
  const root = `${origin}/.well-known/oauth-protected-resource`
  return url === root || url === root + pathname.replace(/\/$/, '')
}

async function connect(x: Examination, { origin, token }: Answered) {
  if (token === undefined) return undefined
  const accept = 'application/json, text/event-stream'
  const question = { url: x.mcpUrl, json: initializeMessage, headers: { accept, origin }, token }
  const answer = await attempted(x.ask(question))
  if (answer) await endSession({ ...x, token }, answer)
  return answer?.status === 200 ? answer : undefined
}
