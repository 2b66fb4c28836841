// What the admin API takes and answers, by its own names, so that a test reads the same in every language.

/** An initial access token (RFC 7591 section 3): what a client needs to register itself. */
export interface InitialAccessToken {
  readonly initial_access_token: string
  readonly jti: string
  /** Epoch seconds. */
  readonly expires_at: number
  readonly max_uses: number
  readonly registration_endpoint: string
}

/** What a person allowed to a client. Times are epoch seconds. */
export interface Grant {
  readonly id: string
  readonly person_id: string
  readonly email: string
  readonly client_id: string
  /** Space-delimited. */
  readonly scope: string
  readonly companies: 'all' | 'selected'
  /** Empty when `companies` is `all`. */
  readonly company_ids: readonly string[]
  readonly active: boolean
  readonly created_at: number
  readonly last_used_at: number | null
  readonly expires_at: number
  readonly revoked_at: number | null
  readonly revoked_by: string | null
}

/** The time of a stack's servers. */
export interface ClockReading {
  /** ISO 8601. */
  readonly now: string
  /** How far it is ahead of the machine's. */
  readonly offset_seconds: number
  readonly frozen: boolean
}

export type ServerName = 'authorization-server' | 'resource-server'

/** One request and its answer as a server saw them, secrets replaced by kind and length. */
export interface RecordedRequest {
  readonly id: string
  readonly server: ServerName
  readonly correlation_id: string | null
  /** ISO 8601. */
  readonly at: string
  readonly duration_ms: number
  readonly method: string
  readonly path: string
  /** Path and query. */
  readonly url: string
  /** null: the connection ended before an answer. */
  readonly status: number | null
  readonly request: RecordedMessage
  readonly response: RecordedMessage
}

export interface RecordedMessage {
  readonly headers: Readonly<Record<string, unknown>>
  /** JSON as a value, a form as an object of its fields, anything else as text. */
  readonly body?: unknown
}

/** Which recorded requests to list; everything that is said must hold. */
export interface RequestFilter {
  readonly server?: ServerName
  readonly method?: string
  /** Exact, without the query. */
  readonly path?: string
  readonly status?: number
  readonly correlation_id?: string
  /** The newest so many; default 100, at most 500. */
  readonly limit?: number
}

/** A token that was made without a flow, with what it says. */
export interface MintedToken {
  readonly token: string
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}
