import { inShort } from '../../conversation.ts'
import type { Examination } from '../../examination.ts'
import { attempted } from '../attempted.ts'
import { initializeAs, initialized, openStream, type Peer, postModern } from './messages.ts'

/** Whether a client without a token is asked for one in whatever revision it speaks. */
export async function examineChallenges(x: Examination, peer: Peer): Promise<void> {
  const [newest, ...older] = initialized
  const [usual, discover, stream, ...olderAnswers] = await Promise.all([
    initializeAs(peer, newest),
    attempted(postModern(peer, 'server/discover')),
    attempted(openStream(peer)),
    ...older.map((revision) => attempted(initializeAs(peer, revision))),
  ])
  // Where nobody is asked for a token, the earlier areas say so.
  if (usual.status !== 401) return
  const where = x.mcpUrl
  const index = olderAnswers.findIndex((answer) => answer && answer.status !== 401)
  const refused = olderAnswers[index]
  if (refused) {
    const got = `${inShort(refused)} to initialize of ${older[index]}`
    const detail = { where, got, exchanges: [refused.exchange, usual.exchange] }
    x.found('initialize_not_challenged', { ...detail, expected: older[index] })
  }
  if (discover && discover.status !== 401) {
    // On these newer clients give up; on others they fall back to initialize, and meet the challenge there.
    const gaveUp = discover.status === 403 || discover.status >= 500
    const detail = { where, got: inShort(discover), exchanges: [discover.exchange, usual.exchange] }
    const id = gaveUp ? 'modern_probe_breaks' : 'modern_request_not_challenged'
    x.found(id, { ...detail, expected: '401' })
  }
  if (!stream || stream.status === 401 || stream.status === 405) return
  const detail = { where, got: inShort(stream), expected: '401', exchanges: [stream.exchange] }
  const isStream = stream.headers.get('content-type')?.startsWith('text/event-stream')
  x.found(
    stream.status === 200 && isStream ? 'stream_open_without_token' : 'stream_not_challenged',
    detail,
  )
}
