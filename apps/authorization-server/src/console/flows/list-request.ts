import { type FlowStatus, type FlowStep, flowSteps } from '@neonpanel/flows/story'
import type { Context } from 'koa'

/** The parts of the list that can be chosen, and what they hold. */
export const listedStatuses = {
  failed: { label: 'Failed', statuses: ['failed'] },
  in_progress: { label: 'In progress', statuses: ['in_progress'] },
  stopped: { label: 'Denied or abandoned', statuses: ['denied', 'abandoned'] },
  completed: { label: 'Completed', statuses: ['completed'] },
} as const satisfies Record<string, { label: string; statuses: readonly FlowStatus[] }>

export type ListedStatus = keyof typeof listedStatuses

export const listPeriods = {
  '1h': { label: 'Last hour', ms: 3_600_000 },
  '24h': { label: 'Last 24 hours', ms: 24 * 3_600_000 },
  '7d': { label: 'Last 7 days', ms: 7 * 24 * 3_600_000 },
} as const

export type ListPeriod = keyof typeof listPeriods

/** What the address of the list asks for; what makes no sense there is as if it were absent. */
export interface ListRequest {
  readonly status: ListedStatus | undefined
  readonly clientId: string | undefined
  readonly step: FlowStep | undefined
  readonly search: string | undefined
  readonly period: ListPeriod
  readonly offset: number
}

export function readListRequest(ctx: Pick<Context, 'query'>): ListRequest {
  const text = (name: string) => String(ctx.query[name] ?? '').trim() || undefined
  const among = <Choice extends string>(name: string, choices: readonly Choice[]) =>
    choices.find((choice) => choice === text(name))
  return {
    status: among('status', Object.keys(listedStatuses) as ListedStatus[]),
    clientId: text('client_id'),
    step: among('step', flowSteps),
    search: text('q'),
    period: among('period', Object.keys(listPeriods) as ListPeriod[]) ?? '7d',
    offset: Math.max(0, Math.trunc(Number(ctx.query.offset)) || 0),
  }
}

/** The address of the list with something else asked for. */
export function listHref(request: ListRequest, change: Partial<ListRequest> = {}): string {
  const { status, clientId, step, search, period, offset } = { ...request, ...change }
  const query = new URLSearchParams({
    ...(status && { status }),
    ...(clientId && { client_id: clientId }),
    ...(step && { step }),
    ...(search && { q: search }),
    ...(period !== '7d' && { period }),
    ...(offset > 0 && { offset: String(offset) }),
  })
  return query.size > 0 ? `/console/flows?${query}` : '/console/flows'
}
