import type { ServerName } from '../admin/documents.ts'

/** The steps of an attempt to connect a client, in the order in which they are reached. */
export const flowSteps = [
  'discovery',
  'register',
  'authorize',
  'sign_in',
  'consent',
  'code',
  'token',
  'connect',
  'tool_call',
] as const

export type FlowStep = (typeof flowSteps)[number]

export type FlowStatus = 'completed' | 'failed' | 'denied' | 'in_progress' | 'abandoned'

/** Why an attempt ended as it did, in plain words. */
export interface Verdict {
  /** Stable: tests name it. */
  readonly cause: string
  readonly title: string
  readonly says: string
  readonly fix: string
  readonly source: string
  readonly step: FlowStep
  readonly exchange_id?: string | null
  readonly compare?: { readonly got: string; readonly expected: string }
}

/** One attempt to connect a client, as one story across both servers. */
export interface Flow {
  readonly id: string
  readonly status: FlowStatus
  /** The last step that was reached. */
  readonly step: FlowStep
  readonly steps: Readonly<Partial<Record<FlowStep, string>>>
  readonly client_id: string | null
  readonly client_name: string | null
  readonly person_id: string | null
  readonly grant_id: string | null
  readonly correlation_ids: readonly string[]
  /** ISO 8601. */
  readonly started_at: string
  readonly duration_ms: number
  readonly verdict: Verdict | null
}

/** One request of a flow and its answer, secrets replaced by kind and length. */
export interface FlowExchange {
  readonly id: string
  readonly server: ServerName
  readonly step: FlowStep
  readonly at: string
  readonly duration_ms: number
  readonly correlation_id: string | null
  readonly request: FlowMessage & {
    readonly method: string
    /** Path and query. */
    readonly url: string
  }
  /** null: the connection ended without an answer. */
  readonly response: (FlowMessage & { readonly status: number }) | null
}

export interface FlowMessage {
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body?: unknown
}

/** What a server knows of why something went as it did, and the messages do not say. */
export interface FlowNote {
  readonly step: FlowStep
  readonly at: string
  readonly reason: string
  readonly got?: string
  readonly expected?: string
  readonly correlation_id?: string
}

/** A flow with everything that is known of it. */
export interface FlowInFull extends Flow {
  readonly exchanges: readonly FlowExchange[]
  readonly notes: readonly FlowNote[]
}

/** Which flows to list; everything that is said must hold. The latest come first. */
export interface FlowFilter {
  readonly status?: FlowStatus
  readonly client_id?: string
  /** Part of a person, flow, grant or correlation id. */
  readonly q?: string
  readonly limit?: number
}
