import type { Answer } from '../../ask.ts'
import { inShort, responseIn } from '../../conversation.ts'
import type { Examination } from '../../examination.ts'
import { textOf } from '../../json.ts'
import { attempted } from '../attempted.ts'
import { errorCodeOf, inventedMethod, type Peer, post, resultOf } from './messages.ts'

type Headers = Readonly<Record<string, string>>

const ping = { jsonrpc: '2.0', id: 2, method: 'ping' }

/** What the endpoint makes of the messages that follow `initialize`; ends the session. */
export async function examineConnection(x: Examination, peer: Peer, opened: Answer): Promise<void> {
  const version = textOf(resultOf(opened)?.protocolVersion) ?? ''
  const session = opened.headers.get('mcp-session-id')
  const headers: Headers = {
    'mcp-protocol-version': version,
    ...(session !== null && { 'mcp-session-id': session }),
  }
  await examineNotification(x, peer, headers)
  await Promise.all([
    examineUnknownMethod(x, peer, headers),
    examineNoMessage(x, peer, headers),
    // The header came with 2025-06-18.
    version >= '2025-06-18' ? examineBadVersion(x, peer, headers) : undefined,
    session === null ? undefined : examineUnknownSession(x, peer, headers),
  ])
  if (session !== null) await examineEnd(x, peer, headers)
}

async function examineNotification(x: Examination, peer: Peer, headers: Headers) {
  const message = { jsonrpc: '2.0', method: 'notifications/initialized' }
  const answer = await post(peer, message, headers)
  const { status, exchange } = answer
  if (status === 202) return
  const detail = { where: x.mcpUrl, got: inShort(answer), expected: '202', exchanges: [exchange] }
  x.found(status >= 300 ? 'notification_refused' : 'notification_status', detail)
}

async function examineUnknownMethod(x: Examination, peer: Peer, headers: Headers) {
  const message = { jsonrpc: '2.0', id: 3, method: inventedMethod, params: {} }
  const answer = await attempted(post(peer, message, headers))
  if (!answer || errorCodeOf(answer) === -32601) return
  const detail = { where: x.mcpUrl, got: inShort(answer), exchanges: [answer.exchange] }
  x.found('unknown_method_answer', { ...detail, expected: 'error -32601' })
}

async function examineNoMessage(x: Examination, peer: Peer, headers: Headers) {
  const answer = await attempted(post(peer, 'no message', headers))
  if (!answer || answer.status < 500) return
  const detail = { where: x.mcpUrl, got: inShort(answer), exchanges: [answer.exchange] }
  x.found('invalid_message_breaks', { ...detail, expected: '400' })
}

async function examineBadVersion(x: Examination, peer: Peer, headers: Headers) {
  const bad = { ...headers, 'mcp-protocol-version': '1900-01-01' }
  const answer = await attempted(post(peer, ping, bad))
  if (!answer || answer.status >= 400 || responseIn(answer)?.error) return
  const detail = { where: x.mcpUrl, got: inShort(answer), exchanges: [answer.exchange] }
  x.found('bad_version_accepted', { ...detail, expected: '400' })
}

async function examineUnknownSession(x: Examination, peer: Peer, headers: Headers) {
  const other = { ...headers, 'mcp-session-id': crypto.randomUUID() }
  const answer = await attempted(post(peer, ping, other))
  if (!answer || answer.status === 404) return
  const detail = { where: x.mcpUrl, got: inShort(answer), exchanges: [answer.exchange] }
  x.found('unknown_session_status', { ...detail, expected: '404' })
}

async function examineEnd(x: Examination, peer: Peer, headers: Headers) {
  const { ask, mcpUrl: url, token } = peer
  const ended = await attempted(ask({ url, method: 'DELETE', headers, token }))
  if (!ended || ended.status === 405) return
  const where = x.mcpUrl
  if (ended.status >= 300) {
    const got = inShort(ended)
    const expected = '200, 204 or 405'
    x.found('session_not_ended', { where, got, expected, exchanges: [ended.exchange] })
    return
  }
  const after = await attempted(post(peer, ping, headers))
  if (!after || after.status >= 300) return
  const exchanges = [ended.exchange, after.exchange]
  x.found('ended_session_lives', { where, got: inShort(after), expected: '404', exchanges })
}

/** Whether a connection of 2025-03-26 takes a JSON array of messages, as only that revision has it. */
export async function examineBatch(x: Examination, peer: Peer, opened: Answer | undefined) {
  if (!opened || resultOf(opened)?.protocolVersion !== '2025-03-26') return
  const session = opened.headers.get('mcp-session-id')
  const headers: Headers = session === null ? {} : { 'mcp-session-id': session }
  await attempted(post(peer, { jsonrpc: '2.0', method: 'notifications/initialized' }, headers))
  const answer = await attempted(post(peer, [ping, { ...ping, id: 3 }], headers))
  if (!answer || answer.status < 300) return
  const detail = { where: x.mcpUrl, got: inShort(answer), exchanges: [answer.exchange] }
  x.found('batch_refused', { ...detail, expected: 'the responses' })
}
