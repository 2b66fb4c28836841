import type { Examination } from '../examination.ts'
import type { Entry, SpokenRevisions } from '../servers.ts'
import { examineChallenges } from './revisions/challenges.ts'
import { examineEventStream } from './revisions/event-stream.ts'
import { examineInitialize, reportRefused } from './revisions/initialize.ts'
import type { Peer } from './revisions/messages.ts'
import { examineModern } from './revisions/modern.ts'

/** Which revisions the endpoint speaks, by asking in each. Without a token: whether each is asked for one. */
export async function examineRevisions(
  x: Examination,
  { entry, token }: { entry: Entry; token?: string | undefined },
): Promise<SpokenRevisions> {
  const peer: Peer = { ask: x.ask, mcpUrl: x.mcpUrl, token }
  if (entry.kind === 'protected' && token === undefined) {
    await examineChallenges(x, peer)
    return { revisions: [] }
  }
  const [opened, newest, stream] = await Promise.all([
    examineInitialize(x, peer),
    examineModern(x, peer),
    examineEventStream(x, peer),
  ])
  if (opened === 'token_refused') return { revisions: [] }
  if (opened.refused) reportRefused(x, opened.refused, { streams: stream.length > 0 })
  const revisions = [...newest, ...opened.revisions, ...stream]
  if (revisions.length > 0) {
    const got = revisions.join(', ')
    x.found('revisions_spoken', { where: x.mcpUrl, got, exchanges: opened.exchanges })
  }
  return { revisions }
}
