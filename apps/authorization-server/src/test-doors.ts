import type { Middleware } from 'koa'
import { followToClient } from './auto-consent/follow.ts'
import { decideInteractions } from './auto-consent/interactions.ts'
import type { ServerContext } from './context.ts'
import { holdRefreshes } from './refresh-lab/barrier.ts'

/** What test controls put before the pages and endpoints; nothing without them. */
export function testDoors(context: ServerContext): Middleware[] {
  if (!context.testControls) return []
  return [followToClient(context), decideInteractions(context), holdRefreshes(context)]
}
