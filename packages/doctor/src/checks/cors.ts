import type { Examination } from '../examination.ts'
import type { AuthorizationServer, Resource } from '../servers.ts'

export async function examineCors(
  _: Examination,
  __: { resource?: Resource; server?: AuthorizationServer; token?: string | undefined },
): Promise<void> {}
