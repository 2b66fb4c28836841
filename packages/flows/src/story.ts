/**
 * The steps of an attempt to connect an MCP client, in the order in which they are reached: the challenge and the
 * metadata, the registration, the authorization request, the person's sign-in and consent, the code on its way back, its
 * redemption, `initialize` or `server/discover` with the token, the first tool call.
 */
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

/** Which of the two servers answered. */
export type FlowServer = 'authorization-server' | 'resource-server'

/** Names and values of a message; of several of one name, all. Names of headers are lower case. */
export type Fields = Readonly<Record<string, string | readonly string[]>>

/** One request and its answer, without secrets: those are replaced by kind and length. */
export interface StoryExchange {
  readonly id: string
  readonly server: FlowServer
  readonly step: FlowStep
  readonly at: Date
  readonly durationMs: number
  readonly correlationId: string | undefined
  readonly request: {
    readonly method: string
    /** Path and query. */
    readonly url: string
    readonly headers: Fields
    /** JSON as a value, a form as its text, anything else as a description. */
    readonly body: unknown
  }
  /** Undefined when the connection ended without an answer, or the answer has not come yet. */
  readonly response:
    | { readonly status: number; readonly headers: Fields; readonly body: unknown }
    | undefined
}

/**
 * What a server, or a client, knows of why something went the way it went and the messages do not say: which rule
 * refused, what was got, what was expected. Values are never secrets.
 */
export interface StoryNote {
  readonly step: FlowStep
  readonly at: Date
  /** A machine's word for it, such as `redirect_uri_mismatch`, `code_reused`, `consent_denied`. */
  readonly reason: string
  readonly got?: string | undefined
  readonly expected?: string | undefined
  readonly correlationId?: string | undefined
}

/**
 * `completed`: a tool was called, or tokens were issued and the client is at work. `failed`: a request was refused and
 * nothing came after it. `denied`: the person, or their roles, said no. `in_progress`: something may still come.
 * `abandoned`: nothing came for ten minutes.
 */
export const flowStatuses = ['completed', 'failed', 'denied', 'in_progress', 'abandoned'] as const

export type FlowStatus = (typeof flowStatuses)[number]

/** One attempt to connect a client, as one story across both servers; or as the client itself saw it. */
export interface Story {
  readonly id: string
  readonly status: FlowStatus
  /** The last step that was reached. */
  readonly step: FlowStep
  readonly clientId: string | undefined
  readonly clientName: string | undefined
  readonly personId: string | undefined
  readonly grantId: string | undefined
  readonly startedAt: Date
  readonly endedAt: Date
  /** In order of time. */
  readonly exchanges: readonly StoryExchange[]
  readonly notes: readonly StoryNote[]
}
