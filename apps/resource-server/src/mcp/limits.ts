/** What one process grants. A principal is a person with a client; several processes each grant it again. */
export interface Limits {
  /** Messages of a principal in a window; a batch counts as its messages, a GET or DELETE as one. */
  readonly messages: number
  readonly windowSeconds: number
  /** Streams that a principal has open at a time: standalone, 2024-11-05 and `subscriptions/listen`. */
  readonly openStreams: number
  /** Tool calls of a principal that run at a time; one more is answered in its result. */
  readonly runningCalls: number
  /** Sessions of a principal; the one that was idle longest makes room. */
  readonly sessionsPerPrincipal: number
  /** Sessions of everybody. */
  readonly sessions: number
  /** A session that nobody uses for as long is forgotten. */
  readonly sessionIdleSeconds: number
}

/** Far above what hosts do, so that only accidents and attacks meet them; docs/limits.md repeats the numbers. */
export const defaultLimits: Limits = {
  messages: 3_000,
  windowSeconds: 10,
  openStreams: 100,
  runningCalls: 128,
  sessionsPerPrincipal: 100,
  sessions: 10_000,
  sessionIdleSeconds: 30 * 60,
}
