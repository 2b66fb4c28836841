import type { Answer } from '../../ask.ts'
import { endSession, initialize, inShort, responseIn } from '../../conversation.ts'
import type { Examination } from '../../examination.ts'
import type { Members } from '../../json.ts'

/** How the MCP endpoint met a token; `unknown`: the answer is not about the token. */
export interface Met {
  readonly answer: Answer
  readonly reception: 'accepted' | 'refused' | 'broken' | 'unknown'
}

/** Presents a token, and leaves no session behind. */
export async function present(
  { ask, mcpUrl }: Pick<Examination, 'ask' | 'mcpUrl'>,
  token: string | undefined,
  url = mcpUrl,
): Promise<Met> {
  const answer = await initialize({ ask, mcpUrl: url, token })
  await endSession({ ask, mcpUrl, token }, answer)
  return { answer, reception: receptionOf(answer) }
}

function receptionOf(answer: Answer): Met['reception'] {
  const { status } = answer
  if (status === 401 || status === 403) return 'refused'
  if (status >= 500) return 'broken'
  // An endpoint without sessions takes the token and answers an error of JSON-RPC.
  return responseIn(answer) ? 'accepted' : 'unknown'
}

/** Presents what has to be refused (RFC 6750 section 3.1, RFC 8725 section 3.1). */
export async function examineForgeries(
  examination: Examination,
  { token, header }: { token: string; header: Members | undefined },
): Promise<void> {
  const { mcpUrl } = examination
  const inQuery = new URL(mcpUrl)
  inQuery.searchParams.set('access_token', token)
  const [altered, unsigned, query, madeUp] = await Promise.all([
    present(examination, alter(token)),
    header && header.alg !== 'none' ? present(examination, unsign(token, header)) : undefined,
    present(examination, undefined, inQuery.href),
    present(examination, 'made-up-by-the-neonpanel-doctor'),
  ])
  const detail = ({ answer }: Met) => ({
    where: mcpUrl,
    got: inShort(answer),
    expected: 'HTTP 401',
    exchanges: [answer.exchange],
  })
  if (altered.reception === 'accepted') {
    examination.found('altered_token_accepted', detail(altered))
  } else if (unsigned?.reception === 'accepted') {
    examination.found('unsigned_token_accepted', detail(unsigned))
  } else if (altered.answer.status !== 401 && madeUp.answer.status === 401) {
    // Where a made-up one is not answered with 401 either, the challenge was found wanting.
    examination.found('forged_token_not_401', detail(altered))
  }
  if (query.reception === 'accepted') examination.found('query_token_accepted', detail(query))
}

/** The token with one character changed, in its signature where it has one. */
function alter(token: string): string {
  // Not the last one: its low bits are padding.
  const at = token.length - 4
  const other = token[at] === 'A' ? 'B' : 'A'
  return token.slice(0, at) + other + token.slice(at + 1)
}

/** The same claims under `alg: none`. */
function unsign(token: string, header: Members): string {
  const { kid: _, ...rest } = header
  const written = Buffer.from(JSON.stringify({ ...rest, alg: 'none' })).toString('base64url')
  return `${written}.${token.split('.')[1]}.`
}
