import type { Examination } from '../examination.ts'
import type { AuthorizationServer, Resource, Session } from '../servers.ts'

export async function examineStepUp(
  _: Examination,
  __: { resource: Resource; server: AuthorizationServer; session: Session },
): Promise<void> {}
