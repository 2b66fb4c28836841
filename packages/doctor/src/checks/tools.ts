import type { Examination } from '../examination.ts'
import type { AuthorizationServer, Resource, Session } from '../servers.ts'

/** Without a session: of a server that asks for no token. */
export async function examineTools(
  _: Examination,
  __: { resource?: Resource; server?: AuthorizationServer; session?: Session },
): Promise<void> {}
