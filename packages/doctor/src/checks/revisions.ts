import type { Examination } from '../examination.ts'
import type { Entry, SpokenRevisions } from '../servers.ts'

export async function examineRevisions(
  _: Examination,
  __: { entry: Entry; token?: string | undefined },
): Promise<SpokenRevisions> {
  return { revisions: [] }
}
