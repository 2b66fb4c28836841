import { inShort } from '../../conversation.ts'
import type { Examination } from '../../examination.ts'
import { attempted } from '../attempted.ts'
import { openStream, type Peer } from './messages.ts'

/** @returns 2024-11-05 where GET opens its event stream */
export async function examineEventStream(x: Examination, peer: Peer): Promise<string[]> {
  const answer = await attempted(openStream(peer))
  if (!answer) return []
  const { status, text, exchange } = answer
  const detail = { where: x.mcpUrl, got: inShort(answer), exchanges: [exchange] }
  if (status >= 500) x.found('get_breaks', { ...detail, expected: 'a stream, or 405' })
  if (status !== 200) return []
  const type = answer.headers.get('content-type') ?? ''
  if (!type.startsWith('text/event-stream')) {
    x.found('get_without_stream', { ...detail, expected: 'text/event-stream, or 405' })
    return []
  }
  if (!/^event:\s*endpoint\s*$/m.test(text)) return []
  const told = /^data:\s*(.*?)\s*$/m.exec(text)?.[1] ?? ''
  const { origin } = new URL(x.mcpUrl)
  if (URL.parse(told, x.mcpUrl)?.origin !== origin) {
    x.found('endpoint_of_other_origin', { ...detail, got: told, expected: `a path at ${origin}` })
  }
  return ['2024-11-05']
}
