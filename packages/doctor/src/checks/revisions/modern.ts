import { type Answer, NoAnswer } from '../../ask.ts'
import { inShort, responseIn } from '../../conversation.ts'
import type { Examination } from '../../examination.ts'
import { isObject, textsOf } from '../../json.ts'
import { attempted } from '../attempted.ts'
import {
  errorCodeOf,
  inventedMethod,
  inventedRevision,
  modern,
  type Peer,
  postModern,
  resultOf,
} from './messages.ts'

/** @returns 2026-07-28 where it is spoken */
export async function examineModern(x: Examination, peer: Peer): Promise<string[]> {
  let answer: Answer
  try {
    answer = await postModern(peer, 'server/discover')
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    const { exchange } = error
    const detail = { where: x.mcpUrl, got: exchange.failure, exchanges: [exchange] }
    x.found('modern_probe_breaks', { ...detail, expected: 'an answer' })
    return []
  }
  const result = resultOf(answer)
  if (!result) {
    examineRefusal(x, answer)
    return []
  }
  const missing = [
    ...(textsOf(result.supportedVersions).length > 0 ? [] : ['supportedVersions']),
    ...(isObject(result.capabilities) ? [] : ['capabilities']),
    ...(typeof result.resultType === 'string' ? [] : ['resultType']),
  ]
  if (missing.length > 0) {
    const got = Object.keys(result).join(', ') || 'no members'
    const detail = { where: x.mcpUrl, got, exchanges: [answer.exchange] }
    x.found('discover_result_incomplete', { ...detail, expected: missing.join(', ') })
  }
  if (!textsOf(result.supportedVersions).includes(modern)) return []
  await Promise.all([
    examineHeaders(x, peer),
    examineUnsupported(x, peer),
    examineUnknownMethod(x, peer),
  ])
  return [modern]
}

/** Clients fall back to `initialize` on a JSON-RPC error and on 4xx, other than 401 and 403. */
function examineRefusal(x: Examination, answer: Answer) {
  const { status, exchange } = answer
  if (status === 401) return
  const isOutage = status >= 500 || status === 403
  const isUnreadable = status < 400 && !responseIn(answer)
  if (!isOutage && !isUnreadable) return
  const detail = { where: x.mcpUrl, got: inShort(answer), exchanges: [exchange] }
  x.found('modern_probe_breaks', { ...detail, expected: '400 with a JSON-RPC error' })
}

async function examineHeaders(x: Examination, peer: Peer) {
  const wishes = [
    ['without MCP-Protocol-Version', { 'mcp-protocol-version': undefined }],
    ['with Mcp-Method: tools/call', { 'mcp-method': 'tools/call' }],
    ['without Mcp-Method', { 'mcp-method': undefined }],
  ] as const
  const answers = await Promise.all(
    wishes.map(([, headers]) => attempted(postModern(peer, 'server/discover', { headers }))),
  )
  const index = answers.findIndex((answer) => resultOf(answer))
  const taken = answers[index]
  if (!taken) return
  const got = `${inShort(taken)} ${wishes[index]?.[0]}`
  const detail = { where: x.mcpUrl, got, exchanges: [taken.exchange] }
  x.found('headers_not_compared', { ...detail, expected: '400 with error -32020' })
}

async function examineUnsupported(x: Examination, peer: Peer) {
  const wish = { version: inventedRevision }
  const answer = await attempted(postModern(peer, 'server/discover', wish))
  if (!answer) return
  const error = responseIn(answer)?.error
  const listed = isObject(error?.data) && textsOf(error.data.supported).length > 0
  if (error?.code === -32022 && listed) return
  const detail = { where: x.mcpUrl, got: inShort(answer), exchanges: [answer.exchange] }
  const expected = '400 with error -32022 and data.supported'
  x.found('unsupported_version_answer', { ...detail, expected })
}

async function examineUnknownMethod(x: Examination, peer: Peer) {
  const answer = await attempted(postModern(peer, inventedMethod))
  if (!answer || (answer.status === 404 && errorCodeOf(answer) === -32601)) return
  const detail = { where: x.mcpUrl, got: inShort(answer), exchanges: [answer.exchange] }
  x.found('modern_unknown_method', { ...detail, expected: '404 with error -32601' })
}
