import type { Examination } from '../examination.ts'
import type { AuthorizationServer, RegistrationWays } from '../servers.ts'

export async function examineRegistration(
  _: Examination,
  __: AuthorizationServer,
): Promise<RegistrationWays> {
  return { document: false, dynamic: 'none' }
}
