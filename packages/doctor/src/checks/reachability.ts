import type { Examination } from '../examination.ts'

/** @returns whether the endpoint answers at all */
export async function examineReachability({ ask, mcpUrl }: Examination): Promise<boolean> {
  await ask({ url: mcpUrl })
  return true
}
