/** What the rehearsals of one server share. */
export interface Stage {
  readonly mcpUrl: string
  readonly timeoutMs: number
  /** How registration answers, as the doctor found out; where it could not, as if it were healthy. */
  readonly registration: 'open' | 'gated' | 'closed' | 'none'
  /** Asks the servers, each distinct request once. */
  readonly fetch: typeof fetch
}
