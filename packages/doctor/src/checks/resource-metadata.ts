import type { Examination } from '../examination.ts'
import type { Entry, Resource } from '../servers.ts'

/** @returns undefined when nothing tells where the authorization server is */
export async function examineResourceMetadata(
  _: Examination,
  __: Entry,
): Promise<Resource | undefined> {
  return undefined
}
