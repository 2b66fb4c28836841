import type { Database } from '@neonpanel/database/open'
import { type Flow, type FlowStatus, flowEventTypes, flowsOf } from './flow.ts'

/** Flows are told from the latest so many events: enough for a day of work, and always the same effort. */
export const eventWindow = 5_000

export interface FlowWindow {
  /** The latest first. */
  readonly flows: readonly Flow[]
  /** Whether there are older events that were not looked at. */
  readonly isCut: boolean
}

/** @param since flows that began earlier are left out */
export async function loadFlows({ prisma }: Database, since?: Date): Promise<FlowWindow> {
  const events = await prisma.auditEvent.findMany({
    where: { type: { in: flowEventTypes }, ...(since && { at: { gte: since } }) },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: eventWindow,
  })
  return { flows: flowsOf(events.toReversed()), isCut: events.length === eventWindow }
}

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
  const ids = [flow.id, flow.personId, flow.grantId, ...flow.events.map((e) => e.correlationId)]
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
