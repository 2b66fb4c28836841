import type { Flow } from '@neonpanel/flows/assembly/assemble'
import type { FlowStatus, FlowStep } from '@neonpanel/flows/story'

export interface FlowFilter {
  readonly statuses?: readonly FlowStatus[] | undefined
  readonly clientId?: string | undefined
  /** The last one that was reached. */
  readonly step?: FlowStep | undefined
  /** Person, grant, flow or correlation id, or part of it. */
  readonly search?: string | undefined
  /** Ids of people who are meant by the search, too. */
  readonly searchedPeople?: ReadonlySet<string> | undefined
}

export function matchesFlow(flow: Flow, filter: FlowFilter): boolean {
  const { statuses, clientId, step } = filter
  if (statuses && !statuses.includes(flow.status)) return false
  if (clientId && flow.clientId !== clientId) return false
  if (step && flow.step !== step) return false
  return matchesSearch(flow, filter)
}

function matchesSearch(flow: Flow, { search, searchedPeople }: FlowFilter): boolean {
  if (!search || (flow.personId && searchedPeople?.has(flow.personId))) return true
  const ids = [flow.id, flow.personId, flow.grantId, ...flow.aliases]
  return ids.some((id) => id?.includes(search))
}

/** How many flows there are of each status. */
export function countByStatus(flows: readonly Flow[]): Record<FlowStatus, number> {
  const counts: Record<FlowStatus, number> = {
    completed: 0,
    failed: 0,
    denied: 0,
    in_progress: 0,
    abandoned: 0,
  }
  for (const { status } of flows) counts[status] += 1
  return counts
}
