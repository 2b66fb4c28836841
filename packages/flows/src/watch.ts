import type { Database } from '@neonpanel/database/open'
import type { Flow } from './assembly/assemble.ts'
import { loadFlows } from './load.ts'
import { flowsChannel } from './recording/journal.ts'

/** What became of a flow since it was last told: it is new or has changed, or has become part of another one. */
export type FlowChange =
  | { readonly kind: 'changed'; readonly flow: Flow }
  | { readonly kind: 'gone'; readonly id: string }

export interface FlowWatch {
  /**
   * Tells of every change, in whatever process it happened.
   *
   * @param onReady called when changes from now on are told
   * @returns how to stop
   */
  follow(listener: (change: FlowChange) => void, onReady?: () => void): () => void
}

/** Flows that began earlier are over, or will be looked up. */
const windowMs = 60 * 60_000
const exchangesInView = 2_000

/** How long several changes are gathered, and how often somebody's silence is noticed. */
const gatherMs = 200
const lookAgainMs = 10_000

/** Looking takes at most one part in so many of the time. */
const restFactor = 10

/** Watches the flows of a database while anybody follows them. */
export function createFlowWatch(
  database: Database,
  onFailure: (error: unknown) => void,
): FlowWatch {
  const followers = new Set<(change: FlowChange) => void>()
  let known: Map<string, string> | undefined
  let awaitingReady: (() => void)[] = []
  let timer: NodeJS.Timeout | undefined
  let dueMs = Number.POSITIVE_INFINITY
  let restMs = gatherMs
  let stopListening: (() => void) | undefined

  function lookIn(milliseconds: number) {
    const due = performance.now() + milliseconds
    if (due >= dueMs) return
    clearTimeout(timer)
    dueMs = due
    timer = setTimeout(look, milliseconds).unref()
  }

  async function look() {
    dueMs = Number.POSITIVE_INFINITY
    try {
      const startedMs = performance.now()
      const since = new Date(Date.now() - windowMs)
      const { flows } = await loadFlows(database, since, exchangesInView)
      restMs = Math.max(gatherMs, restFactor * (performance.now() - startedMs))
      tell(flows)
    } catch (error) {
      onFailure(error)
    }
    if (followers.size > 0) lookIn(lookAgainMs)
  }

  function tell(flows: readonly Flow[]) {
    // Everybody left meanwhile; whoever comes next begins anew.
    if (followers.size === 0) return
    const before = known
    known = new Map(flows.map((flow) => [flow.id, lookOf(flow)]))
    for (const ready of awaitingReady.splice(0)) ready()
    if (!before) return
    const isNews = (flow: Flow) => before.get(flow.id) !== lookOf(flow)
    const merged = new Set(flows.flatMap(({ aliases }) => aliases))
    const gone = [...before.keys()].filter((id) => !known?.has(id) && merged.has(id))
    const changes: FlowChange[] = [
      ...flows.filter(isNews).map((flow) => ({ kind: 'changed', flow }) as const),
      ...gone.map((id) => ({ kind: 'gone', id }) as const),
    ]
    for (const change of changes) for (const follower of followers) follower(change)
  }

  return {
    follow(listener, onReady = () => {}) {
      followers.add(listener)
      awaitingReady.push(onReady)
      stopListening ??= database.announcements.listen(flowsChannel, () => lookIn(restMs))
      lookIn(0)
      return () => {
        followers.delete(listener)
        awaitingReady = awaitingReady.filter((ready) => ready !== onReady)
        if (followers.size > 0) return
        stopListening?.()
        stopListening = undefined
        known = undefined
        clearTimeout(timer)
        dueMs = Number.POSITIVE_INFINITY
      }
    },
  }
}

/** What a change shows in. */
function lookOf({ status, step, exchanges, notes, clientId }: Flow): string {
  return [status, step, exchanges.length, notes.length, clientId].join(' ')
}
