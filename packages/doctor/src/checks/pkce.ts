import type { Examination } from '../examination.ts'
import type { AuthorizationServer } from '../servers.ts'

export async function examinePkce(_: Examination, __: AuthorizationServer): Promise<void> {}
