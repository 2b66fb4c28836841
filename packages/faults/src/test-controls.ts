import type { Database } from '@neonpanel/database/open'
import {
  createExchangeRecorder,
  type ExchangeRecorder,
  recordExchanges,
} from '@neonpanel/process/exchanges'
import type { Middleware } from 'koa'
import type { FaultEdge } from './edge.ts'
import { injectFaults } from './inject.ts'
import { createFaultRules, type FaultRules } from './rules.ts'
import { openSharedFaultRules } from './shared-rules.ts'

/**
 * What a test may do to the servers: break them on purpose and see what was exchanged. It exists only while
 * `TEST_CONTROLS` is on; both servers of a process share one, and processes on one PostgreSQL share the faults.
 */
export interface TestControls {
  readonly faults: FaultRules
  readonly exchanges: ExchangeRecorder
  /** Lets go whoever waits for a fault to end. */
  close(): void
}

export async function createTestControls(database: Database): Promise<TestControls> {
  // The embedded database belongs to one process at a time.
  const shared = database.engine === 'postgresql'
  const faults = shared ? await openSharedFaultRules(database) : createFaultRules()
  return { faults, exchanges: createExchangeRecorder(), close: () => faults.close() }
}

/** What stands at the edge of a server under test, in order; a fault's answer is recorded as well. */
export function testEdge(controls: TestControls, edge: FaultEdge): Middleware[] {
  return [recordExchanges(controls.exchanges, edge.server), injectFaults(controls.faults, edge)]
}
