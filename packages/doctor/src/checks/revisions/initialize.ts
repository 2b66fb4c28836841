import type { Answer } from '../../ask.ts'
import { endSession, inShort, responseIn } from '../../conversation.ts'
import type { Examination } from '../../examination.ts'
import type { Exchange } from '../../finding.ts'
import { isObject, textOf } from '../../json.ts'
import { attempted } from '../attempted.ts'
import { examineBatch, examineConnection } from './connection.ts'
import {
  initializeAs,
  initialized,
  initializeId,
  inventedRevision,
  type Peer,
  resultOf,
} from './messages.ts'

interface Opened {
  /** Those that were answered as they were offered. */
  readonly revisions: readonly string[]
  /** The answer, where `initialize` has no result. */
  readonly refused: Answer | undefined
  readonly exchanges: readonly Exchange[]
}

/** Opens a connection in each revision of 2025, and in one that does not exist; leaves none of them open. */
export async function examineInitialize(
  x: Examination,
  peer: Peer,
): Promise<Opened | 'token_refused'> {
  const [newest, ...older] = initialized
  const [first, invented, ...others] = await Promise.all([
    initializeAs(peer, newest),
    attempted(initializeAs(peer, inventedRevision)),
    ...older.map((revision) => attempted(initializeAs(peer, revision))),
  ])
  const answers = [first, ...others]
  try {
    // With a token that is not taken nothing can be said: the area of the token does.
    if (first.status === 401 || first.status === 403) return 'token_refused'
    if (!resultOf(first)) return { revisions: [], refused: first, exchanges: [first.exchange] }
    const isWhole = examineResult(x, first)
    if (isWhole) examineOlder(x, others)
    if (invented) examineInvented(x, invented)
    if (isWhole) await examineConnection(x, peer, first)
    await examineBatch(x, peer, answers.at(-1))
    const spoken = initialized.filter((revision, i) => versionOf(answers[i]) === revision)
    const exchanges = answers.flatMap((answer) => answer?.exchange ?? [])
    return { revisions: spoken, refused: undefined, exchanges }
  } finally {
    const opened = [first, ...others, invented].filter((answer) => answer !== undefined)
    await Promise.all(opened.map((answer) => endSession(peer, answer)))
  }
}

export function reportRefused(x: Examination, refused: Answer, { streams }: { streams: boolean }) {
  const detail = { where: x.mcpUrl, got: inShort(refused), exchanges: [refused.exchange] }
  const hasNoPost = refused.status === 404 || refused.status === 405
  const id = streams && hasNoPost ? 'only_event_stream' : 'initialize_refused'
  x.found(id, { ...detail, expected: 'a result' })
}

const versionOf = (answer: Answer | undefined) => textOf(resultOf(answer)?.protocolVersion)

const known: readonly string[] = [...initialized, '2024-11-05', '2024-10-07']

/** @returns whether clients connect on it */
function examineResult(x: Examination, answer: Answer): boolean {
  const shown = { where: x.mcpUrl, exchanges: [answer.exchange] }
  const type = answer.headers.get('content-type') ?? 'no Content-Type'
  if (!/^(?:application\/json|text\/event-stream)\b/i.test(type)) {
    const expected = 'application/json or text/event-stream'
    x.found('mcp_content_type_wrong', { ...shown, got: type, expected })
    return false
  }
  const id = isObject(answer.json) ? answer.json.id : undefined
  if (id !== initializeId) {
    const got = JSON.stringify(id) ?? 'none'
    x.found('response_id_changed', { ...shown, got, expected: JSON.stringify(initializeId) })
    return false
  }
  const { protocolVersion, capabilities, serverInfo } = resultOf(answer)!
  const info = isObject(serverInfo) ? serverInfo : {}
  const missing = [
    ...(textOf(protocolVersion) === undefined ? ['protocolVersion'] : []),
    ...(isObject(capabilities) ? [] : ['capabilities']),
    ...(textOf(info.name) === undefined ? ['serverInfo.name'] : []),
    ...(textOf(info.version) === undefined ? ['serverInfo.version'] : []),
  ]
  if (missing.length > 0) {
    const got = Object.keys(resultOf(answer)!).join(', ') || 'no members'
    x.found('initialize_result_incomplete', { ...shown, got, expected: missing.join(', ') })
    return false
  }
  const version = String(protocolVersion)
  if (known.includes(version)) return true
  x.found('revision_unknown_to_clients', { ...shown, got: version, expected: known[0] })
  return false
}

/** An earlier one than was offered is fine: the client knows it. A later one it does not. */
function examineOlder(x: Examination, answers: readonly (Answer | undefined)[]) {
  const [, ...older] = initialized
  for (const [i, answer] of answers.entries()) {
    const offered = older[i]!
    const version = versionOf(answer)
    if (!answer || version === undefined || version <= offered) continue
    const exchanges = [answer.exchange]
    x.found('older_revision_refused', {
      where: x.mcpUrl,
      got: version,
      expected: offered,
      exchanges,
    })
    return
  }
}

function examineInvented(x: Examination, answer: Answer) {
  const shown = { where: x.mcpUrl, exchanges: [answer.exchange] }
  const version = versionOf(answer)
  const expected = 'a revision that the server supports'
  if (version === inventedRevision) {
    x.found('unknown_revision_echoed', { ...shown, got: version, expected })
  } else if (version === undefined) {
    const data = responseIn(answer)?.error?.data
    const supported = isObject(data) ? data.supported : undefined
    if (Array.isArray(supported)) return
    x.found('unknown_revision_refused', { ...shown, got: inShort(answer), expected })
  }
}
