import type { Examination } from '../examination.ts'
import type { AuthorizationServer, Resource } from '../servers.ts'

export async function examineCaching(
  _: Examination,
  __: { resource?: Resource; server?: AuthorizationServer },
): Promise<void> {}
