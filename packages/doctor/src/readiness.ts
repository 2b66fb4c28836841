import type { PersonaName } from '@neonpanel/personas/catalogue'
import type { Finding } from './finding.ts'
import type { AuthorizationServer, Entry, RegistrationWays, Resource } from './servers.ts'

/** What one real client will make of the server. */
export interface Readiness {
  readonly persona: PersonaName
  /** `Claude`. */
  readonly title: string
  /** `works_after`: once somebody did what `says` tells. */
  readonly verdict: 'works' | 'works_after' | 'fails'
  /** One sentence: how it gets in, what has to be done first, or why it fails. */
  readonly says: string
  /** The verdict's cause (docs/verdicts.md, personas' causes) or the finding's id, where there is one. */
  readonly cause: string | undefined
}

/** Rehearses each persona at the server. */
export async function readinessOf(_: {
  mcpUrl: string
  timeoutMs: number
  findings: readonly Finding[]
  entry: Entry | undefined
  resource: Resource | undefined
  authorizationServer: AuthorizationServer | undefined
  registration: RegistrationWays | undefined
}): Promise<Readiness[]> {
  return []
}
