import type { Flow } from '@neonpanel/flows/assembly/assemble'
import type { FlowStatus } from '@neonpanel/flows/story'

export interface FlowFilter {
  readonly status?: FlowStatus | undefined
  readonly clientId?: string | undefined
  /** Person, flow or correlation id, or part of it. */
  readonly search?: string | undefined
}

export function matchesFlow(flow: Flow, { status, clientId, search }: FlowFilter): boolean {
  if (status && flow.status !== status) return false
  if (clientId && flow.clientId !== clientId) return false
  if (!search) return true
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
