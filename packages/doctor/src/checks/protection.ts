import type { Examination } from '../examination.ts'
import type { Entry } from '../servers.ts'

export async function examineProtection(_: Examination, __: Entry): Promise<void> {}
