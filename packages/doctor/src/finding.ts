import type { PersonaName } from '@neonpanel/personas/catalogue'

/**
 * `error`: a client cannot connect, a MUST is broken in a way that somebody notices, or the server is unsafe. `warning`:
 * works today with most clients, and breaks with some or soon. `note`: worth knowing, nothing to mend.
 */
export const levels = ['error', 'warning', 'note'] as const

export type Level = (typeof levels)[number]

/** What is examined, in this order. */
export const areas = {
  reachability: 'Reachability and TLS',
  challenge: 'The 401 and its challenge',
  resource_metadata: 'Protected-resource metadata',
  server_metadata: 'Authorization server metadata',
  pkce: 'PKCE',
  registration: 'How clients become known',
  authorization: 'Authorization and token endpoint',
  protection: 'Origin and Host',
  caching: 'Caching and clock',
  token: 'The access token',
  cors: 'CORS',
  revisions: 'MCP revisions and transports',
  tools: 'Tools',
  step_up: 'Step-up',
  refresh: 'Refresh',
} as const

export type Area = keyof typeof areas

/** Where a rule stands, or where people met it. */
export interface Source {
  /** `RFC 9728 section 3.3`, `MCP 2025-11-25, Authorization`, `VS Code issue 270219`. */
  readonly title: string
  readonly url: string
}

/** What can be wrong with a server, or worth knowing of it. */
export interface FindingDefinition {
  readonly area: Area
  readonly level: Level
  /** One line, without a full stop: `The resource of the metadata is another one`. */
  readonly title: string
  /** Why it matters, in plain words. */
  readonly why: string
  /** The real clients that it breaks or hinders; empty where it is no client that suffers. */
  readonly breaks: 'every client' | readonly PersonaName[]
  /** What to do, for who runs the server. `{got}`, `{expected}` and `{where}` stand for those of the finding. */
  readonly fix: string
  readonly sources: readonly [Source, ...Source[]]
}

/** One request and its answer, without secrets. */
export interface Exchange {
  readonly at: Date
  readonly durationMs: number
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly body: string | undefined
  }
  /** Undefined when none came. */
  readonly response:
    | {
        readonly status: number
        readonly headers: Readonly<Record<string, string>>
        /** The first 2,000 characters. */
        readonly body: string
      }
    | undefined
  /** Why no answer came. */
  readonly failure: string | undefined
}

/** What the examination saw. */
export interface Detail {
  /** The URL, header or member that it is about. */
  readonly where?: string | undefined
  readonly got?: string | undefined
  readonly expected?: string | undefined
  /** The exchanges that show it. */
  readonly exchanges?: readonly Exchange[]
  /** In place of the level of the definition, where the circumstances make it less or more. */
  readonly level?: Level
  /** In place of those of the definition, where what was seen tells which clients suffer. */
  readonly breaks?: FindingDefinition['breaks']
}

/** A definition that applies to the examined server, with what shows it. */
export interface Finding extends FindingDefinition {
  /** Stable, in snake_case; its heading in `docs/doctor.md`. */
  readonly id: string
  readonly where: string | undefined
  readonly got: string | undefined
  readonly expected: string | undefined
  readonly exchanges: readonly Exchange[]
}
