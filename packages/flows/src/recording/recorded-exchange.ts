import type { Fields, FlowServer, FlowStep } from '../story.ts'
import type { ExchangeKind } from './exchange-kinds.ts'

/** What a flow is put together by: everything about an exchange but its messages. */
export interface ExchangeHead {
  readonly id: string
  readonly at: Date
  readonly durationMs: number
  readonly server: FlowServer
  readonly kind: ExchangeKind
  readonly step: FlowStep
  readonly method: string
  readonly path: string
  /** Undefined when the connection ended without an answer. */
  readonly status: number | undefined
  readonly correlationId: string | undefined
  readonly address: string | undefined
  readonly agent: string | undefined
  readonly clientId: string | undefined
  readonly grantId: string | undefined
  readonly personId: string | undefined
  /** Names and digests that it has in common with others of its flow. */
  readonly joins: readonly string[]
}

/** What a server knows of why it answered as it did; see `StoryNote`. */
export interface ServerNote {
  readonly reason: string
  readonly got?: string | undefined
  readonly expected?: string | undefined
}

/** The messages of an exchange, redacted. */
export interface ExchangeContent {
  readonly request: { readonly url: string; readonly headers: Fields; readonly body?: unknown }
  readonly response?: { readonly headers: Fields; readonly body?: unknown } | undefined
  readonly notes?: readonly ServerNote[] | undefined
}

export interface RecordedExchange extends ExchangeHead {
  readonly content: ExchangeContent
}
