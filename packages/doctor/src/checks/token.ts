import type { Examination } from '../examination.ts'
import type { AuthorizationServer, Resource, Session } from '../servers.ts'

export async function examineToken(
  _: Examination,
  __: { resource: Resource; server: AuthorizationServer; session: Session },
): Promise<void> {}
