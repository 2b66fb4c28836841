import type { ServerContext } from '@modelcontextprotocol/server'
import type { Progress } from './tool.ts'

/** Sends `notifications/progress` beside the answer to a request that has a progress token. */
export function progressOf({ mcpReq }: ServerContext): (report: Progress) => void {
  const progressToken = mcpReq._meta?.progressToken
  if (progressToken === undefined) return () => {}
  return function progress({ done, ...rest }) {
    if (mcpReq.signal.aborted) return
    const params = { progressToken, progress: done, ...rest }
    // Whoever has gone away needs no report, and the work does not depend on it.
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {})
  }
}
