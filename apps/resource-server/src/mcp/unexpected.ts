import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { Caller } from './caller.ts'

/**
 * Runs what answers a request. An unexpected failure is for our log; the client learns its correlation id and nothing
 * else, as with tools.
 *
 * @param doing what failed, for both: `Reading a resource`
 */
export async function hideUnexpected<Result>(
  { log, correlationId }: Caller,
  doing: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ProtocolError) throw error
    log.error({ err: error }, `${doing} failed`)
    const message = `${doing} failed unexpectedly. Correlation id: ${correlationId}`
    throw new ProtocolError(ProtocolErrorCode.InternalError, message)
  }
}
