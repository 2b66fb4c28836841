import type { Examination } from '../examination.ts'
import type { AuthorizationServer, Resource } from '../servers.ts'

/** @returns undefined when there is no document, or one without endpoints */
export async function examineServerMetadata(
  _: Examination,
  __: Resource,
): Promise<AuthorizationServer | undefined> {
  return undefined
}
