import { type Answer, NoAnswer, type Question } from '../../ask.ts'
import { readBearerChallenge } from '../../bearer-challenge.ts'
import {
  endSession,
  initialize,
  initializeMessage,
  inShort,
  responseIn,
} from '../../conversation.ts'
import type { Examination } from '../../examination.ts'

const accept = 'application/json, text/event-stream'

/** Like no token of anybody. */
const madeUp = 'neonpanel-doctor-made-this-up'

/** Asks the endpoint of a protected server with bad tokens, by other methods, and in the newest revision. */
export async function askInOtherWays(examination: Examination, knocked: Answer): Promise<void> {
  const { mcpUrl, ask } = examination
  const peer = { mcpUrl, ask }
  const [bad, unsigned, inQuery, head, newest] = await Promise.all([
    initialize({ ...peer, token: madeUp }),
    initialize({ ...peer, token: unsignedToken(mcpUrl) }),
    ask(withTokenInQuery(mcpUrl)),
    answerTo(examination, {
      url: mcpUrl,
      method: 'HEAD',
      headers: { accept: 'text/event-stream' },
    }),
    ask(newestQuestion(mcpUrl)),
  ])
  await tellBadTokens(examination, knocked, [
    ['a made-up token', madeUp, bad],
    ['an unsigned JWT', unsignedToken(mcpUrl), unsigned],
  ])
  tellQuery(examination, knocked, inQuery)
  const { found } = examination
  const expected = '401 with WWW-Authenticate: Bearer'
  if (head && head.status !== 401) {
    const seen = { where: `HEAD ${mcpUrl}`, got: inShort(head), expected }
    found('head_not_challenged', { ...seen, exchanges: [head.exchange] })
  }
  if (newest.status !== 401) {
    const seen = { where: 'server/discover of 2026-07-28', got: inShort(newest), expected }
    found('revision_before_token', { ...seen, exchanges: [newest.exchange] })
  }
}

/** A JWT with the claims of this server and no signature (RFC 7515, appendix A.5). */
function unsignedToken(mcpUrl: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const { origin } = new URL(mcpUrl)
  const claims = { iss: origin, aud: mcpUrl, sub: 'nobody', iat: now, exp: now + 300 }
  return `${part({ alg: 'none', typ: 'at+jwt' })}.${part(claims)}.`
}

function withTokenInQuery(mcpUrl: string): Question {
  const url = new URL(mcpUrl)
  url.searchParams.set('access_token', madeUp)
  return { url: url.href, headers: { accept }, json: initializeMessage }
}

function newestQuestion(mcpUrl: string): Question {
  const version = '2026-07-28'
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientInfo': { name: 'neonpanel-doctor', version: '1.0.0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const method = 'server/discover'
  return {
    url: mcpUrl,
    headers: { accept, 'mcp-protocol-version': version, 'mcp-method': method },
    json: { jsonrpc: '2.0', id: 1, method, params: { _meta } },
  }
}

/** Of a method that a server may leave without an answer. */
async function answerTo({ ask }: Examination, question: Question): Promise<Answer | undefined> {
  try {
    return await ask(question)
  } catch (error) {
    if (error instanceof NoAnswer) return undefined
    throw error
  }
}

async function tellBadTokens(
  { mcpUrl, ask, found }: Examination,
  knocked: Answer,
  tried: readonly (readonly [what: string, token: string, answer: Answer])[],
): Promise<void> {
  const where = 'Authorization'
  const accepted = tried.filter(([, , answer]) => responseIn(answer)?.result)
  for (const [, token, answer] of accepted) await endSession({ mcpUrl, ask, token }, answer)
  if (accepted.length > 0) {
    const got = `200 with ${accepted.map(([what]) => what).join(' and ')}`
    const exchanges = accepted.map(([, , { exchange }]) => exchange)
    found('any_token_accepted', { where, got, expected: '401', exchanges })
    return
  }
  const [what, , bad] = tried.find(([, , { status }]) => status !== 401) ?? tried[0]!
  const header = bad.headers.get('www-authenticate') ?? ''
  const exchanges = [bad.exchange]
  if (bad.status !== 401) {
    const got = `${inShort(bad)} with ${what}`
    // A server that fails on what no client sends may do better on an expired token.
    const level = bad.status >= 500 ? 'warning' : 'error'
    found('unknown_token_not_401', { where, got, expected: '401', exchanges, level })
  } else if (challengeOf(knocked) && challengeOf(bad)?.error !== 'invalid_token') {
    const expected = 'error="invalid_token"'
    found('bad_token_unnamed', { where: 'WWW-Authenticate', got: header, expected, exchanges })
  }
}

const challengeOf = ({ headers }: Answer) =>
  readBearerChallenge(headers.get('www-authenticate') ?? '').challenge

/** That a server reads the query is told by an error that it does not give without a token. */
function tellQuery({ found }: Examination, knocked: Answer, asked: Answer): void {
  const accepted = responseIn(asked)?.result !== undefined
  if (
    !accepted &&
    (challengeOf(knocked)?.error !== undefined || challengeOf(asked)?.error !== 'invalid_token')
  )
    return
  found('query_token_read', {
    where: '?access_token=',
    got: inShort(asked),
    expected: 'the answer to a request without a token',
    exchanges: [asked.exchange],
    ...(accepted && { level: 'error' }),
  })
}
