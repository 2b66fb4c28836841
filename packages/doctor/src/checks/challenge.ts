import type { Examination } from '../examination.ts'
import type { Entry } from '../servers.ts'

/** @returns undefined when the endpoint does neither */
export async function examineChallenge(_: Examination): Promise<Entry | undefined> {
  return undefined
}
