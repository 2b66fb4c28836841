import type { FlowStatus, FlowStep } from '../story.ts'
import { type Deed, isOk, isRefused } from './deed.ts'

/** After so long without a request nobody is expected to come back. */
export const abandonedAfterMs = 600_000

interface Outcome {
  readonly status: FlowStatus
  readonly step: FlowStep
}

/**
 * What became of an attempt, and the last step that it reached.
 *
 * @param deeds in the order in which they came
 */
export function outcomeOf(deeds: readonly Deed[], now: number): Outcome {
  if (deeds.some(isDenial)) return { status: 'denied', step: 'consent' }
  const telling = deeds.filter(({ step, head }) => step !== 'discovery' || isFailedLook(head))
  const last = telling.at(-1)
  const step = last ? reachedBy(last) : 'discovery'
  const work = deeds.findLast((deed) => deed.head.kind === 'tool_call' && isOk(deed))
  if (work) return { status: 'completed', step: 'tool_call' }
  if (last && isRefused(last) && !isPending(last)) return { status: 'failed', step }
  if (deeds.some((deed) => deed.head.kind === 'connect' && isOk(deed))) {
    return { status: 'completed', step: 'connect' }
  }
  if (deeds.some(isIdentityToken)) return { status: 'completed', step: 'token' }
  const lastAt = deeds.at(-1)!.head.at.getTime()
  return { status: now - lastAt > abandonedAfterMs ? 'abandoned' : 'in_progress', step }
}

function isDenial({ events }: Deed): boolean {
  return events.some(
    ({ type, detail }) =>
      type === 'consent.denied' ||
      (type === 'authorization.failed' && detail.error === 'access_denied'),
  )
}

/** A challenge is expected. So is that some metadata is elsewhere; not, that there is none at last. */
function isFailedLook({ kind, status }: Deed['head']): boolean {
  if (kind === 'challenge') return status !== 401
  return status === undefined || status >= 400
}

/** A device asks until its person has come. */
function isPending({ events }: Deed): boolean {
  return events.some(({ detail }) =>
    /^(?:authorization_pending|slow_down)$/.test(`${detail.error}`),
  )
}

/** A token for the authorization server itself (OpenID Connect): there is no other server to be seen at. */
function isIdentityToken({ events }: Deed): boolean {
  return events.some(({ type, detail }) => type === 'token.issued' && !detail.audience)
}

/** An authorization that was answered with a page has reached the page; one with a code, the code. */
function reachedBy({ step, events }: Deed): FlowStep {
  const opened = events.find(({ type }) => type === 'interaction.started')
  if (opened) return opened.detail.prompt === 'consent' ? 'consent' : 'sign_in'
  if (events.some(({ type }) => type === 'authorization.succeeded')) return 'code'
  return step
}
