import type { Answer } from '../ask.ts'
import { readBearerChallenge } from '../bearer-challenge.ts'
import { converse, initialize, inShort, responseIn } from '../conversation.ts'
import type { Examination } from '../examination.ts'
import type { Entry } from '../servers.ts'
import { tellHeader } from './challenge/header.ts'
import { askInOtherWays } from './challenge/other-ways.ts'

/** @returns undefined when the endpoint does neither */
export async function examineChallenge(examination: Examination): Promise<Entry | undefined> {
  const { mcpUrl, ask, found } = examination
  const peer = { mcpUrl, ask, token: undefined }
  const knocked = await initialize(peer)
  const told = (answer: Answer) => ({
    where: mcpUrl,
    got: inShort(answer),
    exchanges: [answer.exchange],
  })
  if (knocked.status === 401) {
    const entry = tellHeader(examination, knocked)
    await askInOtherWays(examination, knocked)
    return entry
  }
  if (knocked.status === 404 || knocked.status === 405) return examineStream(examination)
  if (!refusesForLackOfToken(knocked)) {
    const refused = await refusalBehindInitialize(examination)
    if (refused === 'open') {
      found('asks_for_no_token', told(knocked))
      return { kind: 'open' }
    }
    if (refused.status === 401) {
      const got = `initialize: ${inShort(knocked)}; then: ${inShort(refused)}`
      const exchanges = [knocked.exchange, refused.exchange]
      found('token_asked_later', { where: mcpUrl, got, expected: '401 to initialize', exchanges })
      return tellHeader(examination, refused)
    }
    if (!refusesForLackOfToken(refused)) {
      found('mcp_not_spoken', { ...told(knocked), expected: '401, or a result' })
      return undefined
    }
  }
  found('status_not_401', { ...told(knocked), expected: '401 with WWW-Authenticate: Bearer' })
  const { challenge } = readBearerChallenge(knocked.headers.get('www-authenticate') ?? '')
  return { kind: 'protected', challenge }
}

/** Where POST is not taken: the transport of 2024-11-05 begins with GET. */
async function examineStream(examination: Examination): Promise<Entry | undefined> {
  const { mcpUrl, ask, found } = examination
  const opened = await ask({
    url: mcpUrl,
    headers: { accept: 'text/event-stream' },
    streamMs: 1000,
  })
  if (opened.status === 401) return tellHeader(examination, opened)
  const detail = { where: `GET ${mcpUrl}`, got: inShort(opened), exchanges: [opened.exchange] }
  if (isStream(opened)) {
    found('asks_for_no_token', detail)
    return { kind: 'open' }
  }
  found('mcp_not_spoken', { ...detail, expected: '401, or an event stream' })
  return undefined
}

const isStream = ({ status, headers }: Answer) =>
  status === 200 && (headers.get('content-type') ?? '').startsWith('text/event-stream')

const speaksOfTokens =
  /unauthori[sz]ed|authenticat|authoriz|token|credential|forbidden|log ?in|sign ?in|api.?key/i

/** Whether an answer was meant as 401: by its status, its challenge, or an error that speaks of tokens. */
function refusesForLackOfToken(answer: Answer): boolean {
  if (responseIn(answer)?.result) return false
  if (answer.status === 403 || answer.status === 407) return true
  if (answer.headers.has('www-authenticate')) return true
  return answer.status < 500 && speaksOfTokens.test(answer.text)
}

/** What comes after initialize without a token: `open`, or the refusal. */
async function refusalBehindInitialize({ mcpUrl, ask }: Examination): Promise<Answer | 'open'> {
  const conversation = await converse({ mcpUrl, ask, token: undefined })
  if ('refused' in conversation) return conversation.refused
  const listed = await conversation.request('tools/list')
  await conversation.end()
  return listed.status === 401 ? listed : 'open'
}
