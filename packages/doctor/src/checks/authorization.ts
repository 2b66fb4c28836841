import type { Examination } from '../examination.ts'
import type { AuthorizationServer, Resource } from '../servers.ts'

export async function examineAuthorization(
  _: Examination,
  __: AuthorizationServer,
  ___: Resource,
): Promise<void> {}
